"""Turns the results into `docs/benchmarks.md` and tables of other pages (`regions.py`): the same files, the same pages.

python benchmarks/table.py, or python -m benchmarks.table
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import (
    ablations_table,
    affinity_table,
    each_task_table,
    multi_task_table,
    sparsity_table,
    trunks_table,
)
from benchmarks.markdown import counted, plainly_and_in_shares, table
from benchmarks.regions import fill
from benchmarks.result import RESULTS, ROOT, read_results
from tastemaker.metrics import METRICS

PAGE: Final = ROOT / "docs" / "benchmarks.md"
POOLED: Final = "pooled"
VARIANTS: Final = ("_unmasked", "_pessimistic")
"""Ends of metrics that stand in the JSON files only: seen items ranked too, ties broken against us."""

HEAD: Final = """# Benchmarks

Made by `python -m benchmarks.table` from the JSON files under `benchmarks/results`; do not edit. Each question is a
script of that name in `benchmarks/`. What failed is in `benchmarks/LOG.md`, samples to read in `benchmarks/samples/`.

Whole catalog ranked, seen items masked, ties in expectation. Intervals are 95 %, by paired bootstrap over users; seeds
do not add users. *Simulated* marks tasks whose true texts were made from templates over real behaviour. Times on shared
machines are orientation.
"""
PICTURES: Final = {
    "balancing_cost": "Processor time of a training step against one of `fixed` on the same batches: medians of "
    "ratios, each within a repetition.\nAggregations on all shared parameters, on features, and in one step of four.\n",
    "padding": "Shares of the positions that training reads, over steps that take one batch of every group of tasks, "
    "and of each group.\n`shuffled_only` is what a shuffle without regard to lengths gives. The goal: at most .1.\n",
    "scaling": "![Time and memory as users and items grow](scaling.png)\n\n"
    "A target scores every item, so an epoch takes time in proportion to users times items.\n",
    "sparsity": "![Joint training beside single tasks on a part of the interactions](sparsity.png)\n",
}
"""What stands at the head of a question, beside this page."""
RANKED: Final = "next_item/ndcg@10"
COSTS: Final = (
    "model",
    "seed",
    RANKED,
    "library",
    "best epoch",
    "seconds an epoch",
    "targets/s",
    "users ranked/s",
    "peak MB",
    "parameters",
)
NOTHING: Final = "\nThere are no results yet.\n"

Results = Sequence[Mapping[str, Any]]
Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def page(results: Results) -> str:
    """The whole page."""
    questions = sorted({found["question"] for found in results})
    parts = [part for question in questions for part in _question(question, results)]
    return HEAD + ("\n" + "\n".join(parts) if parts else NOTHING)


def _question(question: str, results: Results) -> Iterator[str]:
    yield f"## {question.replace('_', ' ').capitalize()}\n"
    if question in PICTURES:
        yield PICTURES[question]
    for data in sorted({found["data"] for found in results if found["question"] == question}):
        here = [found for found in results if (found["question"], found["data"]) == (question, data)]
        yield f"### {data}\n"
        pooled = [found for found in here if found["seed"] == POOLED]
        single = [found for found in here if found["seed"] != POOLED]
        if question in OF_TASKS:
            yield from OF_TASKS[question](here)
            yield from _made(here)
            continue
        if question == "ablations":
            yield ablations_table.NOTE
            yield table(*ablations_table.head_and_rows(pooled))
            yield from _made(single)
            continue
        if question == "sparsity":
            yield sparsity_table.NOTE
            yield table(*sparsity_table.head_and_rows(pooled))
            yield from _made(single)
            continue
        for found in pooled:
            yield from _answer(found)
        if question == "each_task":
            yield each_task_table.NOTE
            yield table(*each_task_table.head_and_rows(single))
        elif question == "trunks":
            yield trunks_table.NOTE
            yield table(*trunks_table.head_and_rows(single))
        else:
            yield from _figures(single, with_intervals=not pooled)
            yield from _slices(single)
        yield from _costs(single)
        yield from _made(here)


def _affinity(results: Results) -> Iterator[str]:
    """Who helps whom."""
    for found in results:
        yield affinity_table.NOTE
        yield table(*affinity_table.affinity(found))
        yield affinity_table.COSINES
        yield table(*affinity_table.cosines(found))
        yield from affinity_table.words(found)


def _multi_task(results: Results) -> Iterator[str]:
    """What joint training gains, over all seeds where that is known."""
    yield multi_task_table.GAINS
    for found in [it for it in results if it["seed"] == POOLED] or results:
        seeds = found["details"].get("seeds", [found["seed"]])
        yield f"**{found['model']}**, {found['split']}, {counted(seeds)}:\n"
        yield table(*multi_task_table.gains(found))
        yield multi_task_table.summary(found)
        head, rows = multi_task_table.slices(found)
        if rows:
            yield table(head, rows)


def _screening(results: Results) -> Iterator[str]:
    """Balancers, sharing and mixtures."""
    yield multi_task_table.SCREENING
    for head, rows in multi_task_table.screening(results):
        yield table(head, rows)


OF_TASKS: Final[Mapping[str, Callable[[Results], Iterator[str]]]] = {
    "affinity": _affinity,
    "multi_task": _multi_task,
    "multi_task_screening": _screening,
}
"""Questions about tasks trained together, which have tables of their own."""


def _answer(found: Mapping[str, Any]) -> Iterator[str]:
    """A pooled result: figures with intervals, then the differences from everyone else."""
    seeds, simulated = found["details"]["seeds"], found["details"].get("simulated", ())
    yield f"**{found['model']}**, {found['split']}, mean over {counted(seeds)}:\n"
    rows = [
        (_metric(name, simulated), _number(value), _interval(found["intervals"].get(name)), _seeds(found, name))
        for name, value in found["metrics"].items()
    ]
    yield table(("metric", "mean", "95 % interval", "each seed"), rows)
    gaps_of = sorted(found.get("differences", {}).items())
    differences = [
        (_metric(name, simulated), other, *plainly_and_in_shares(gap))
        for name in found["metrics"]
        for other, gaps in gaps_of
        if (gap := gaps.get(name))
    ]
    if differences:
        yield f"{found['model']} minus the others:\n"
        yield table(("metric", "other", "difference", "95 % interval", "relative", "95 % interval"), differences)


def _figures(results: Results, *, with_intervals: bool) -> Iterator[str]:
    """A table per task: a row per metric, a column per model, each the mean over its seeds."""
    names = list(dict.fromkeys(name for found in results for name in found["metrics"] if not name.endswith(VARIANTS)))
    simulated = {task for found in results for task in found.get("details", {}).get("simulated", ())}
    if not any(name.rpartition("/")[2] in METRICS for name in names):
        yield from _plain_figures(results, names)
        return
    for task in dict.fromkeys(name.partition("/")[0] for name in names):
        rows = [name for name in names if name.partition("/")[0] == task]
        models = _models(results, rows)
        cells = [[_metric(name, ()), *(_cell(models[it], name, with_intervals) for it in models)] for name in rows]
        counts = [f"{it} ({len(models[it])})" for it in models]
        yield f"`{task}`{' (simulated)' if task in simulated else ''}, mean (number of seeds in the head):\n"
        yield table(("metric", *counts), cells)


def _plain_figures(results: Results, names: Sequence[str]) -> Iterator[str]:
    """One table where nothing is judged by task, such as times."""
    models = _models(results, names)
    if models:
        yield table(
            ("measured", *models), [[name, *(_cell(models[it], name, False) for it in models)] for name in names]
        )


def _models(results: Results, names: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Results by model, those that have any of the metrics; with most metrics first, then by name."""
    models: dict[str, list[Mapping[str, Any]]] = {}
    for found in results:
        if any(found["metrics"].get(name) is not None for name in names):
            models.setdefault(found["model"], []).append(found)
    return dict(sorted(models.items(), key=lambda pair: (-max(len(it["metrics"]) for it in pair[1]), pair[0])))


def _cell(results: Results, name: str, with_interval: bool) -> str:
    values = [found["metrics"][name] for found in results if found["metrics"].get(name) is not None]
    if not values:
        return ""
    known = results[0].get("intervals", {}).get(name) if with_interval and len(results) == 1 else None
    return f"{_number(sum(values) / len(values))}{f' {_interval(known)}' if known else ''}"


def _slices(results: Results) -> Iterator[str]:
    """Harder versions of the same requests."""
    values: dict[tuple[str, str], dict[str, list[float]]] = {}
    for found in results:
        for part, by_model in found.get("slices", {}).items():
            for model, by_task in by_model.items():
                for name, value in _flat(by_task):
                    values.setdefault((part, name), {}).setdefault(model, []).extend([] if value is None else [value])
    models = list(dict.fromkeys(model for found in values.values() for model in found))
    rows = [
        (part, name, *(_number(sum(it[m]) / len(it[m])) if it.get(m) else "" for m in models))
        for (part, name), it in values.items()
    ]
    if rows:
        yield "Slices, mean over seeds (`model` is the joint one):\n"
        yield table(("slice", "metric", *models), rows)


def _costs(results: Results) -> Iterator[str]:
    """Where models of other libraries take part: what training and ranking cost, of everybody who says."""
    if not any("library" in found.get("details", {}) for found in results):
        return
    yield "What training and ranking cost, many users at a time; an epoch's seconds are those of training alone:\n"
    yield table(COSTS, [_cost(found) for found in results if found.get("details", {}).get("users_per_second")])


def _cost(found: Mapping[str, Any]) -> Sequence[str]:
    """One row of it."""
    said = found["details"]
    library = said.get("library", "")
    engine = f"{library} {said['versions'].get(library, '')}".strip() if library else ""
    epochs = f"{said['best_epoch']} of {said['epochs']}" if library else ""
    rates = [said.get(name) for name in ("seconds_per_epoch", "targets_per_second", "users_per_second")]
    shown = ("" if rate is None else f"{rate:,.1f}" for rate in rates)
    memory = "" if found["peak_memory_mb"] is None else f"{found['peak_memory_mb']:,.0f}"
    quality = found["metrics"].get(RANKED)
    reached = "" if quality is None else _number(quality)
    return found["model"], str(found["seed"]), reached, engine, epochs, *shown, memory, str(said.get("parameters", ""))


def _made(results: Results) -> Iterator[str]:
    """How the figures were made; baselines without training of their own were judged in the same runs."""
    rows = []
    for found in results:
        if not found["seconds"]:
            continue
        machine = found["machine"]
        where = f"{machine['processor']}, {machine['threads']} of {machine['cores']} cores, load {machine['load']:.1f}"
        memory = "" if found["peak_memory_mb"] is None else f"{found['peak_memory_mb']:.0f}"
        made = (found["recipe"], found["commit"][:10] + ("-dirty" if found["commit"].endswith("-dirty") else ""))
        rows.append((found["model"], str(found["seed"]), f"{found['seconds']:.0f}", memory, *made, where))
    yield "How they were made:\n"
    yield table(("model", "seed", "seconds", "peak MB", "recipe", "commit", "machine"), rows)
    yield f"SHA-256 of the data: {_listed(sorted({found['data_sha256'] for found in results}))}.\n"


def _metric(name: str, simulated: Sequence[str]) -> str:
    """A metric's name with what a reader must know of it."""
    task, _, metric = name.rpartition("/")
    known = METRICS.get(metric)
    notes = ["simulated"] if task in simulated else []
    notes += ["lower is better"] if known and known.is_lower_better else []
    return f"{name} ({', '.join(notes)})" if notes else name


def _interval(bounds: Sequence[float] | None) -> str:
    return f"[{_number(bounds[0])}, {_number(bounds[1])}]" if bounds else ""


def _seeds(found: Mapping[str, Any], name: str) -> str:
    return ", ".join(map(_number, found["details"].get("by_seed", {}).get(name, ())))


def _number(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 10 else f"{value:,.1f}"


def _listed(values: Sequence[object]) -> str:
    return ", ".join(map(str, values))


def _flat(by_task: Mapping[str, Mapping[str, float | None]]) -> Iterator[tuple[str, float | None]]:
    for task, by_metric in by_task.items():
        for metric, value in by_metric.items():
            yield f"{task}/{metric}", value


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page and print it."""
    parser = argparse.ArgumentParser(description="Tables of all results.")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--out", type=Path, default=PAGE)
    given = parser.parse_args(arguments)
    results = read_results(given.results)
    text = page(results)
    if given.out == PAGE:
        fill(results)
    beside = given.out.with_name(f".{given.out.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(given.out)
    print(text)


if __name__ == "__main__":
    main()
