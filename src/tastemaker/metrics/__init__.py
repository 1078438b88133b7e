"""Pure functions that judge predictions."""
