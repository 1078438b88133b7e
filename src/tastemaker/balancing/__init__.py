"""Loss weighting and gradient aggregation."""
