"""Rows for tests: fictitious people only, ID numbers begin with 129999."""
