"""A fictitious district to try the product with. It knows every app; no app knows it."""
