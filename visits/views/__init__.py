"""Pages of visits and needs."""
