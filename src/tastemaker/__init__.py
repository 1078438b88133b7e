"""Tastemaker: one language model that recommends, explains and converses, trained jointly on your own data."""
