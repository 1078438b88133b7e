"""The loop that minimises the weighted sum of the task losses."""
