"""Runs tasks through inference beside baselines, and writes the report."""
