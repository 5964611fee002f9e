"""The steps, one a module, each named by its number."""
