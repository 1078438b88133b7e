"""What does one more event cost behind a long past?

    python -m benchmarks.recurrence --data data/movielens-100k

Three ways to read it with the weights of one trunk, as initialised: `recurrence` behind its cache of one window, `nano`
that reads all of the past again, and `nano_cached` behind a cache of all of the past. They take turns, one event each,
in one thread; times are the processor's, which other work on the machine disturbs least. Medians over repetitions
count, and ratios are taken within each. The past is the log's entries, user after user. `difference_millionths` is the
largest between the states of `recurrence` and one pass over everything under its band.
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import torch
from torch import Tensor

from benchmarks.ranking_speed import fresh
from benchmarks.result import RESULTS, Machine, Result, commit, data_name, data_sha256, peak_memory_mb
from tastemaker.inference.recommender import Recommender
from tastemaker.model.backbone import Cache, Places
from tastemaker.model.recurrence import Recurrent, banded

QUESTION: Final = "recurrence"
PASTS: Final = (100, 400, 1600, 6400)
RECIPE: Final = Path("recipes/next_item.toml")
OURS: Final = "recurrence"
ENDS: Final[tuple[tuple[str, Callable[[list[float]], float]], ...]] = (("", median), ("/min", min), ("/max", max))


def everywhere(embeddings: Tensor) -> Places:
    """Real positions alone."""
    return Places(torch.ones(embeddings.shape[:2], dtype=torch.bool), torch.zeros(len(embeddings), dtype=torch.long))


def log_embeddings(model: Recommender, length: int) -> Tensor:
    """The first entries of the log as the trunk reads them, `[1, T, D]`; from its beginning again where it ends."""
    at = torch.arange(length) % len(model.dataset.items)
    items, actions = (torch.from_numpy(column)[at][None] + 1 for column in (model.dataset.items, model.dataset.actions))
    embedded: Tensor = model.model.network.embed(torch.zeros_like(items), items, actions, model.reader.vectors)
    return embedded


def seconds_of(call: Callable[[], object]) -> float:
    """Processor time of one call."""
    started = time.process_time()
    call()
    return time.process_time() - started


def kilobytes(cache: Cache) -> float:
    """Size of the keys and values that a cache keeps."""
    return sum(it.nbytes for layer in cache.past.layers for it in (layer.keys, layer.values)) / 1000


@torch.no_grad()
def timings(
    backbone: Recurrent, embeddings: Tensor, past: int, repetitions: int
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Seconds of every further event behind `past` entries, by who reads it, and kilobytes that are kept for it.

    A first round does not count.
    """
    known = embeddings[:, :past]
    caches: dict[str, Cache] = {}
    for name, reader in ((OURS, backbone), ("nano_cached", backbone.nano)):
        _, caches[name] = reader.read(known, everywhere(known))

    def go_on(name: str, place: int) -> None:
        event = embeddings[:, place : place + 1]
        reader = backbone if name == OURS else backbone.nano
        _, caches[name] = reader.read(event, everywhere(event), caches[name])

    took: dict[str, list[float]] = {OURS: [], "nano_cached": [], "nano": []}
    for place in range(past, past + repetitions + 1):
        whole = embeddings[:, : place + 1]
        for name in caches:
            took[name].append(seconds_of(lambda name=name, place=place: go_on(name, place)))  # type: ignore[misc]
        took["nano"].append(seconds_of(lambda whole=whole: backbone.nano(whole, everywhere(whole))))  # type: ignore[misc]
    kept = {f"{past}/{name}_cache_kb": kilobytes(cache) for name, cache in caches.items()}
    return {name: found[1:] for name, found in took.items()}, kept


@torch.no_grad()
def difference(backbone: Recurrent, embeddings: Tensor, past: int) -> float:
    """Between the states of `past` entries and one more behind their cache, and those of one pass under the band."""
    known, event = embeddings[:, :past], embeddings[:, past : past + 1]
    states, cache = backbone.read(known, everywhere(known))
    last, _ = backbone.read(event, everywhere(event), cache)
    whole = embeddings[:, : past + 1]
    mask = banded(everywhere(whole).mask, past + 1, backbone.window)
    full = backbone.nano.decoder(inputs_embeds=whole, attention_mask=mask, use_cache=False).last_hidden_state
    return float((torch.cat((states, last), 1) - full).abs().max())


def figures(took: Mapping[int, Mapping[str, list[float]]]) -> dict[str, float]:
    """Milliseconds by past and reader, and how many times as long as ours the others took."""
    found: dict[str, float] = {}
    for past, by_reader in took.items():
        for name, seconds in by_reader.items():
            found |= {f"{past}/{name}_ms{end}": round(1000 * of(seconds), 3) for end, of in ENDS}
        for name, seconds in by_reader.items():
            ratios = [other / ours for other, ours in zip(seconds, by_reader[OURS], strict=True)]
            if name != OURS:
                found |= {f"{past}/{name}_to_{OURS}{end}": round(of(ratios), 2) for end, of in ENDS}
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description="The cost of one more event behind a long past.")
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--pasts", type=int, nargs="+", default=PASTS, help="entries that were read before")
    parser.add_argument("--window", type=int, default=64)
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    started, machine = time.perf_counter(), Machine.here(1)
    settings = (f"model.backbone={OURS}", f"model.window={given.window}")
    model = fresh(RECIPE, given.data, settings)
    backbone = model.model.network.backbone
    embeddings = log_embeddings(model, max(given.pasts) + given.repetitions + 1)
    measured = {past: timings(backbone, embeddings, past, given.repetitions) for past in given.pasts}
    found = figures({past: took for past, (took, _) in measured.items()})
    for past, (_, kept) in measured.items():
        found |= kept | {f"{past}/difference_millionths": 1e6 * difference(backbone, embeddings, past)}
    result = Result(
        question=QUESTION,
        data=data_name(given.data),
        model="one_more_event",
        seed=0,
        split="all",
        metrics=found,
        seconds=round(time.perf_counter() - started, 1),
        peak_memory_mb=peak_memory_mb(),
        commit=commit(),
        recipe=" ".join((str(RECIPE), *(f"--set {setting}" for setting in settings))),
        machine=machine,
        data_sha256=data_sha256(given.data),
        details={"repetitions": given.repetitions, "pasts": list(given.pasts), "window": given.window},
    )
    for name, value in found.items():
        print(f"{name:45} {value:>14.6g}")
    print(result.write(given.results))


if __name__ == "__main__":
    main()
