"""Pages of cadres/, one module per group of addresses."""
