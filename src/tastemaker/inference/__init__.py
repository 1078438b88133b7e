"""Ranks the catalog, fills slots, writes replies and attributes scores, from a checkpoint."""
