"""Weights, recipe, tokenizer and catalog on disk: the hand-off from training to everything else."""
