"""How fast does a pretrained trunk train here, beside a plain loop over transformers? Tokens a second, in turns.

    python -m benchmarks.backbone_speed --recipe recipes/movies-smollm2.toml --task description

Both train the same layers, the same LoRA and the same vocabulary on the same batches of one text task. Ours is a step
as `tastemaker train` takes it; the plain loop hands token ids and labels to the causal language model of transformers,
with the adapters of peft, the same attention and one AdamW. Each batch is read by both, one after the other, and who
begins changes. The median ratio of their speeds over repetitions is what counts.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import torch
from peft import LoraConfig, inject_adapter_in_model
from transformers import AutoConfig, AutoModelForCausalLM

from benchmarks.result import RESULTS, Machine, Result, commit, data_name, data_sha256, peak_memory_mb
from tastemaker.cli.recipe import Recipe, read_recipe
from tastemaker.cli.stages import new_model
from tastemaker.data.dataset import Dataset
from tastemaker.model.adaptation import linear_layers
from tastemaker.model.batch import Batch, TextTargets
from tastemaker.model.precision import autocast
from tastemaker.tasks.withholding import training_view
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.watch import Silent

QUESTION: Final = "backbone_speed"
IGNORED: Final = -100
CPU: Final = torch.device("cpu")


@dataclass
class Replay:
    """A mixture that gives the trainer one batch, as often as it asks."""

    batch: Batch

    def next(self) -> list[Batch]:
        return [self.batch]


def trainer(recipe: Recipe) -> Trainer:
    """Ours, before its first step."""
    dataset = training_view(Dataset.load(recipe.data), recipe.tasks.values())
    torch.manual_seed(recipe.training.seed)
    model = new_model(recipe, dataset, lambda line: print(line, flush=True))
    job = Job(dataset, recipe.tasks, model, recipe.training, recipe.balancing, Path("runs/backbone_speed"))
    return Trainer(job, Silent(), CPU)


def plain_step(ours: Trainer) -> Callable[[Batch], None]:
    """One step of the plain loop."""
    config, network = ours.job.model.network.config, ours.network
    assert network.anatomy is not None
    settings: dict[str, Any] = {**network.anatomy.config, "vocab_size": ours.job.model.tokenizer.size}
    settings |= {f"{name}_token_id": None for name in ("bos", "eos", "pad")}
    attention = network.backbone.trunk.config._attn_implementation
    plain = AutoConfig.for_model(**settings)
    model = AutoModelForCausalLM.from_config(plain, dtype=torch.float32, attn_implementation=attention)
    if config.adaptation != "full":
        model.requires_grad_(False)
    if config.adaptation == "lora":
        targets = list(config.lora_targets) or linear_layers(model.base_model)
        lora = LoraConfig(r=config.lora_rank, lora_dropout=config.dropout, target_modules=targets)
        inject_adapter_in_model(lora, model)
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=1e-4, fused=True)

    def step(batch: Batch) -> None:
        with autocast(ours.job.config.precision, CPU):
            output = model(input_ids=batch.tokens, attention_mask=batch.places.mask.long(), labels=labels(batch))
        output.loss.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step


def labels(batch: Batch) -> torch.Tensor:
    """The tokens that are targets, in the places where they stand."""
    found = torch.full_like(batch.tokens, IGNORED)
    for kinds in batch.targets.values():
        target = kinds["text"]
        assert isinstance(target, TextTargets)
        found.view(-1)[target.at + 1] = target.tokens
    return found


def measured(ours: Trainer, repetitions: int) -> dict[str, float]:
    """Tokens a second of both, and the ratio of ours to the plain loop's, batch by batch."""
    plain, stream = plain_step(ours), ours.mixture
    rates: dict[str, list[float]] = {"tastemaker": [], "transformers": []}
    for repetition in range(-1, repetitions):
        (batch,) = stream.next()
        ours.mixture = Replay(batch)  # type: ignore[assignment]
        turns: list[tuple[str, Callable[[], Any]]] = [
            ("tastemaker", ours._one_step),
            ("transformers", partial(plain, batch)),
        ]
        for name, turn in turns if repetition % 2 else reversed(turns):
            started = time.perf_counter()
            turn()
            if repetition >= 0:  # the first one warms up
                rates[name].append(int(batch.places.mask.sum()) / (time.perf_counter() - started))
    ratios = [one / other for one, other in zip(rates["tastemaker"], rates["transformers"], strict=True)]
    spread = {f"{name}/tokens_per_second": found for name, found in rates.items()}
    spread["tastemaker_to_transformers"] = ratios
    ends = (("", median), ("/min", min), ("/max", max))
    return {f"{name}{end}": round(float(of(found)), 2) for name, found in spread.items() for end, of in ends}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description="Training speed of a pretrained trunk beside a plain loop.")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/movies-smollm2.toml"))
    parser.add_argument("--task", default="description", help="a task whose rows are text alone")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    changes = ['model.content="none"', *given.set]
    recipe = read_recipe(given.recipe, changes)
    recipe = replace(recipe, tasks={given.task: recipe.tasks[given.task]})
    machine, started = Machine.here(given.threads), time.perf_counter()
    result = Result(
        question=QUESTION,
        data=data_name(Path(recipe.data.path)),
        model=f"{given.recipe.stem}-{given.task}",
        seed=0,
        split="train",
        metrics=measured(trainer(recipe), given.repetitions),
        seconds=round(time.perf_counter() - started, 1),
        peak_memory_mb=peak_memory_mb(),
        commit=commit(),
        recipe=" ".join([str(given.recipe), *(f"--set {change}" for change in changes)]),
        machine=machine,
        data_sha256=data_sha256(Path(recipe.data.path)),
        details={"repetitions": given.repetitions, "token_budget": recipe.training.token_budget},
    )
    print(result.write(given.results))


if __name__ == "__main__":
    main()
