"""The tables of `benchmarks.multi_task` and `benchmarks.multi_task_screening`."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any, Final

from benchmarks.markdown import counted, table

POOLED: Final = "pooled"
OF_WORDS: Final = ("likelihood", "recommending")
"""What else is asked of words, of every task that writes."""
RANKED: Final = "next_item"
"""The task of which slices are shown beside the singles."""

TOOK: Final = {"seconds": "time", "processor_seconds": "processor time", "positions": "positions"}
"""What a joint run took in shares of the singles."""

Results = Sequence[Mapping[str, Any]]
Rows = tuple[Sequence[str], list[Sequence[str]]]
MEAN_LOG: Final = "mean_log"
SCREENING: Final = """Short trainings, one factor at a time, by validation: each task's loss at the best validation
in shares of its loss before training, and the mean of their logarithms, by which settings stand in order: lower is
better. Times are those of training in shares of the factor's plain setting; of runs beside others they are no measure.
"""
GAINS: Final = """A change is (joint − alone) / alone, turned round where lower is better: + is a gain. Where a task
alone reaches nothing, it is the plain difference, without %; where it reaches so little that many draws of users have
nothing, the interval is that of the plain difference. Slices, where they are known, and the likelihood of
reference texts (bits a character, lower is better) stand below the tasks, and count in no mean.
"""


def screening(results: Results) -> Iterator[Rows]:
    """A table for each factor, its settings in order of what they reached."""
    factors: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for found in results:
        told = found["details"]
        factors.setdefault(told["factor"], {}).setdefault(told["setting"], []).append(found)
    for factor, settings in factors.items():
        tasks = [name for name in next(iter(settings.values()))[0]["metrics"] if name != MEAN_LOG]
        head = (factor, "mean log", "each seed", *tasks, "best step", "time")
        ordered = sorted(settings, key=lambda name: _mean(settings[name], MEAN_LOG))
        plain = _plain_seconds(results, factor)
        yield head, [(name, *_figures(settings[name], tasks), _time(settings[name], plain)) for name in ordered]


def gains(found: Mapping[str, Any]) -> Rows:
    """A row for each task."""
    head = ("task", "metric", "joint", "alone", "change", "95 % interval", "each seed")
    rows = []
    for name, told in found["details"]["gains"].items():
        task, _, metric = name.partition("/")
        sides = (f"{found['metrics'][name]:.4f}", f"{found['baselines']['alone'][name]:.4f}")
        rows.append((task, metric, *sides, *_change(told), _seeds(told)))
    return head, rows


def slices(found: Mapping[str, Any]) -> Rows:
    """A row for each slice and task, of a result over several seeds."""
    rows = []
    for part, of_part in found["details"].get("slices", {}).items():
        for name, told in of_part["gains"].items():
            task, _, metric = name.partition("/")
            sides = (f"{of_part[side][name]:.4f}" for side in ("joint", "alone"))
            rows.append((part, task, metric, *sides, *_change(told), _seeds(told)))
    return ("slice", "task", "metric", "joint", "alone", "change", "95 % interval", "each seed"), rows


def summary(found: Mapping[str, Any]) -> str:
    """The mean change, how many tasks are better and worse, and what it took."""
    told, cost = found["details"], found["details"]["cost"]
    known = {words: it for what, words in TOOK.items() if (it := cost.get(f"ratio_of_{what}"))}
    took = [f"{100 * it:.0f} % of the singles' {words}" for words, it in known.items()]
    spread = _interval(told["delta_m"])
    listed = " and ".join(part for part in (", ".join(took[:-1]), *took[-1:]) if part)
    return (
        f"delta-m {_percent(told['delta_m']['value'])}{f' {spread}' if spread else ''}; {told['better']} of "
        f"{len(told['gains'])} tasks better beyond their interval, {told['worse']} worse"
        f"{'; ' + listed if took else ''}.\n"
    )


def beside_singles(results: Results) -> str:
    """Every joint model over its seeds in columns beside the tasks alone; of slices, what ranking and texts come to."""
    pooled = sorted((it for it in results if it["seed"] == POOLED), key=lambda it: str(it["model"]))
    columns = [_by_task(found) for found in pooled]
    head = [
        "task",
        "metric",
        "alone",
        *(name for it in pooled for name in (f"`{it['model']}`", "change, 95 % interval")),
    ]
    rows = [
        [*asked, alone, *(cell for column in columns for cell in column.get(asked, (alone, "", ""))[1:])]
        for asked, (alone, *_) in columns[0].items()
    ]
    lines = [f"- `{found['model']}`, {counted(found['details']['seeds'])}: {summary(found)}" for found in pooled]
    return table(head, rows) + "\n" + "".join(lines)


def _by_task(found: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """By task and metric: alone, joint, and the change with its interval."""
    parts = {"": {"joint": found["metrics"], **found["baselines"], "gains": found["details"]["gains"]}}
    parts |= found["details"].get("slices", {})
    shown = {}
    for part, of_part in parts.items():
        for name, told in of_part["gains"].items():
            task, _, metric = name.partition("/")
            if part in ("", *OF_WORDS) or task == RANKED:
                where = "" if part in ("", *OF_WORDS) else f", {part.replace('_', ' ')}"
                asked = f"`{task}`{where}", metric
                sides = (f"{of_part[side][name]:.4f}" for side in ("alone", "joint"))
                shown[asked] = (*sides, " ".join(_change(told)))
    return shown


def screened(results: Results) -> str:
    """A line for each factor: its settings in order of what they reached."""
    lines = [
        (head[0], ", ".join(f"`{name}` {mean_log}" for name, mean_log, *_ in settings))
        for head, settings in screening(results)
    ]
    return table(("factor", "settings with their mean log, best first"), lines)


def _figures(found: Results, tasks: Sequence[str]) -> Sequence[str]:
    each = ", ".join(f"{it['metrics'][MEAN_LOG]:.3f}" for it in found)
    steps = ", ".join(str(it["details"]["best_step"]) for it in found)
    return (f"{_mean(found, MEAN_LOG):.3f}", each, *(f"{_mean(found, task):.3f}" for task in tasks), steps)


def _plain_seconds(results: Results, factor: str) -> float | None:
    """Seconds of the first setting of the factor, which all results of it name."""
    own = [it["details"] for it in results if it["details"]["factor"] == factor]
    seconds = [it["training_seconds"] for it in own if it["setting"] == it["plain"] and it["training_seconds"]]
    return fmean(seconds) if seconds else None


def _time(found: Results, plain: float | None) -> str:
    seconds = [it["details"]["training_seconds"] for it in found if it["details"]["training_seconds"]]
    return f"{fmean(seconds) / plain:.2f}" if seconds and plain else ""


def _mean(found: Results, name: str) -> float:
    return fmean(it["metrics"][name] for it in found)


def _change(told: Mapping[str, Any]) -> tuple[str, str]:
    """A change and its interval; those of the plain difference, without %, where there is no share."""
    if told["low"] is not None:
        return _percent(told["change"]), _interval(told)
    plain = told["difference"]
    share = f"{plain['value']:+.4f}" if told["change"] is None else _percent(told["change"])
    return share, "" if plain["low"] is None else f"[{plain['low']:+.4f}, {plain['high']:+.4f}]"


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:+.1f} %"


def _interval(told: Mapping[str, Any]) -> str:
    return "" if told["low"] is None else f"[{100 * told['low']:+.1f}, {100 * told['high']:+.1f}] %"


def _seeds(told: Mapping[str, Any]) -> str:
    return ", ".join("unknown" if it is None else f"{100 * it:+.1f}" for it in told.get("by_seed", ()))
