"""The recipe's `[training]` table."""

from dataclasses import dataclass
from typing import Literal

from tastemaker.errors import RecipeError

PRECISIONS = ("float32", "bfloat16", "auto")
AT_LEAST_ONE = (
    "epochs",
    "token_budget",
    "validate_every",
    "patience",
    "validation_examples",
    "accumulate",
    "max_broken_steps",
)


@dataclass(frozen=True)
class TrainingConfig:
    """How long and how fast to train."""

    epochs: int = 20
    """So many times the positions that all tasks together have, if every step were full of them; see `token_budget`."""
    max_steps: int | None = None
    """Stop after this many optimizer steps, even within an epoch."""
    seed: int = 0
    device: str = "auto"
    """`cpu`, `cuda`, `cuda:1`, …; `auto` takes a GPU where there is one."""
    threads: int | None = None
    """CPU threads; None leaves PyTorch's own choice."""
    precision: str = "float32"
    """`float32`; `bfloat16` for mixed precision; `auto` is mixed where the device multiplies bfloat16 natively."""
    token_budget: int = 8192
    """Most positions of one optimizer step, all tasks together, padding among them; a tenth to a third stays empty.
    With `accumulate` each of a step's parts reads so many; with `groups_per_step` it is the mean over the turns, and
    a step of large groups reads more. A single longer example is read whole."""
    mixture: Literal["proportional", "temperature", "uniform", "progress"] = "temperature"
    """How groups of tasks share the token budget: by their sizes, by sizes under `mixture_temperature`, evenly, or by
    sizes under the temperature with more for those that validation finds behind."""
    mixture_temperature: float = 1.0
    """1 shares the token budget in proportion to the tasks' sizes; larger is more even."""
    mixture_cap: int | None = None
    """Most positions that a group of tasks counts with when the budget is shared; None counts all of them."""
    mixture_strength: float = 1.0
    """With `progress`: by what power of what a group has left to learn its share grows; 0 is not at all."""
    groups_per_step: int | None = None
    """How many groups of tasks a step reads from: those of a task with `every_step`, and at least one of the others in
    turn, each with so much more; None is all of them. Fewer make larger micro-batches, which are read faster; a method
    that compares gradients sees but those of the step."""
    learning_rate: float = 1e-3
    backbone_rate: float = 1.0
    """By what the learning rate of the backbone's own weights, LoRA's included, is multiplied."""
    item_rate: float = 1.0
    """The same of item and action vectors."""
    weight_decay: float = 0.01
    pull: float = 0.0
    """How strongly what tasks share is pulled toward `pull_toward`, in the unit of `weight_decay`, whose place it
    takes there."""
    pull_toward: tuple[str, ...] = ()
    """Earlier runs, such as one of each task alone; of several their mean."""
    warmup_share: float = 0.05
    """Share of all steps in which the learning rate rises; after them it falls along a cosine."""
    warmup_steps: int = 0
    """Least steps of that rise, as far as half of all steps allow: a trunk from scratch whose rate rises to 0.003 at
    once may write words by their frequency for good."""
    gradient_clip: float = 1.0
    max_broken_steps: int = 10
    """Times in a row that a task's loss, or the gradient, may be left out as not finite; then training stops."""
    accumulate: int = 1
    """Steps of `token_budget` positions whose gradients make one step of the optimizer."""
    gradient_checkpointing: bool = False
    """Whether states inside the backbone are computed again for the gradient, not kept: less memory, more time."""
    compile: bool = False
    """Whether the backbone is compiled (`torch.compile`), which needs a C++ compiler on a CPU."""
    validate_every: int = 200
    """Steps between two validations, each followed by a checkpoint."""
    patience: int = 5
    """Validations without a better one after which training stops."""
    validation_examples: int = 512
    """Most validation contexts per group of tasks, a fixed seeded sample; four times as many of histories alone."""
    fit_examples: int = 8192
    """Most training texts of every task that labels, a fixed seeded sample, that are read once more when training is
    over, to fit the task's head to what the trunk makes of them; 0 leaves heads as training left them."""

    def __post_init__(self) -> None:
        for name in AT_LEAST_ONE:
            if getattr(self, name) < 1:
                raise RecipeError(f"training.{name} must be at least 1, found {getattr(self, name)}.")
        for name in ("max_steps", "threads", "mixture_cap", "groups_per_step"):
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise RecipeError(f"training.{name} must be at least 1, found {getattr(self, name)}.")
        for name in ("mixture_temperature", "gradient_clip"):
            if not getattr(self, name) > 0:
                raise RecipeError(f"training.{name} must be more than 0, found {getattr(self, name)}.")
        if self.pull and not self.pull_toward:
            raise RecipeError(
                f"training.pull = {self.pull} needs runs to pull toward, found none. Name them in training.pull_toward."
            )
        if self.precision not in PRECISIONS:
            raise RecipeError(f"training.precision must be one of {', '.join(PRECISIONS)}, found {self.precision!r}.")
        if not 0 <= self.warmup_share <= 1:
            raise RecipeError(f"training.warmup_share must lie between 0 and 1, found {self.warmup_share}.")
