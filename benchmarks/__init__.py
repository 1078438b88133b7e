"""One script per question; each writes its results as JSON under `benchmarks/results`. See `docs/benchmarks.md`."""
