"""Readers, schema, cleaning and split: raw files become a data set."""
