"""Recommenders of other libraries, trained on our split and judged by our metrics.

    python -m benchmarks.peers.run --data data/beauty --peer rectools_sasrec --out runs/peers/beauty/rectools_sasrec-0

Each library gets an environment of its own under `runs/peers/LIBRARY/venv`, with the versions of `requirements`. What
passes between the environments is arrays: `exchange` writes a data set for them and reads their answers, `material` is
how they read it. A peer trains with its library's own code; `selection` keeps the epoch that is best on validation,
`judging` finds where each target stands in the whole catalog, and `job` writes that once, with the cost.

The modules that peers import (`material`, `judging`, `selection`, `job`) need numpy and nothing else.
"""
