"""The recipe's `[model]` table."""

from dataclasses import dataclass
from typing import Final, Literal

from tastemaker.errors import RecipeError

FROM_SCRATCH: Final = ["nano", "recurrence"]
"""Backbones that are made anew for every data set; any other is pretrained."""
LEAST_VOCABULARY: Final = 266
"""Tokens that are always there: every byte, and our markers."""


@dataclass(frozen=True)
class ModelConfig:
    """Size and parts of the model."""

    backbone: str = "nano"
    """`nano` or `recurrence`, made from scratch; `smollm2` or `minilm`, fetched once; or a local folder, a hub id or a
    GGUF file of another pretrained Transformer."""
    width: int = 128
    """D, the width of every vector in a trunk that is made from scratch, or in the layers of `history_layers`."""
    layers: int | None = None
    """How many layers a trunk from scratch gets, or how many of a pretrained one are kept; None is 3, or all."""
    layer_choice: Literal["spaced", "first", "ends"] = "spaced"
    """Which layers of a pretrained trunk are kept."""
    heads: int = 4
    """Of attention, in a trunk that is made from scratch, or in the layers of `history_layers`."""
    dropout: float = 0.2
    history_dropout: float | None = None
    """The same where layers from scratch read a history that no words go with, as rankings and ratings do, which are
    learnt by heart sooner than texts; None is `dropout`."""
    vocabulary: int = 4096
    """Most entries of the tokenizer that is trained on the data set's text, where the trunk is made from scratch."""
    trim_vocabulary: bool = True
    """Whether a pretrained vocabulary is cut down to what the data set's texts use, and what spells any other."""
    history_layers: int | None = None
    """How many new layers beside those of a pretrained decoder, `width` wide, read a history that no words go with, as
    rankings and ratings do; None is none, so that its own layers read it. Words are always read by its own."""
    adaptation: Literal["lora", "full", "frozen"] = "lora"
    """Which weights of a pretrained trunk learn: small ones beside its own (LoRA), all, or none."""
    lora_rank: int = 16
    lora_targets: tuple[str, ...] = ()
    """Names of the linear layers that get LoRA; none stands for all."""
    mask_share: float = 0.2
    """Share of a history's entries that training hides at once, to have them told from both sides, where the trunk
    reads in both directions. 0 hides the last one of a history alone."""
    copies: bool = True
    """Whether the text head can copy words of the prompt, such as a title or a genre of the evidence."""
    window: int = 512
    """Longest prompt in positions; longer ones are cut by the priority of their segments. With `recurrence`: how many
    positions each one sees, itself included."""
    longest: int = 4096
    """Longest prompt in positions with `recurrence`, which reads it window by window."""
    content: str = "auto"
    """Content vectors of items: `minilm` (fetched once), `tfidf`, `none`, a local folder or a hub id of a sentence
    encoder; `auto` is `minilm`, and `tfidf` with a warning where that cannot be had."""
    ids: bool = True
    """Whether items have a learned id residual beside their content."""
    id_dropout: float = 0.1
    """Probability that an item's id residual is zeroed in a training step."""
    words_teach_ids: bool = True
    """Whether what is read beside words teaches id residuals as well; with false it teaches an item's content alone, if
    it has any, and residuals learn from histories and from items that are told."""
    sharing: Literal["hard", "adapters", "experts"] = "hard"
    """What stands between trunk and heads: nothing, an adapter of each task's own, or experts that a gate of each task
    mixes."""
    sharing_width: int = 64
    """Inner width of an adapter, or of an expert."""
    experts: int = 4
    """How many experts all tasks share."""
    own_experts: int = 0
    """How many further experts each task has for itself."""
    item_graph: bool = True
    """Whether items that followed one another in training add to the scores of a history."""
    item_trend: bool = True
    """Whether items that training meets late in its histories score higher, and early ones lower."""
    item_likeness: bool = True
    """Whether items described like those of a history score higher, as far as training knows little of either."""
    item_mentions: bool = True
    """Whether items that training dialogues name together add to the scores of a slot."""
    item_wishes: bool = True
    """Whether items that are what the user's words ask for score higher in a slot."""

    def __post_init__(self) -> None:
        least = {"width": 1, "layers": 1, "heads": 1, "vocabulary": LEAST_VOCABULARY, "window": 64, "longest": 64}
        least |= {"lora_rank": 1, "sharing_width": 1, "history_layers": 1}
        for name, bound in least.items():
            if getattr(self, name) is not None and getattr(self, name) < bound:
                raise RecipeError(f"model.{name} must be at least {bound}, found {getattr(self, name)}.")
        if self.history_dropout is not None and self.is_pretrained and self.history_layers is None:
            raise RecipeError(
                f"model.history_dropout belongs to layers made from scratch, found {self.history_dropout} with "
                f"{self.backbone!r}, whose own layers read histories. Leave it out, or set model.history_layers."
            )
        if self.sharing == "experts" and not self.experts + self.own_experts:
            raise RecipeError(
                "model.sharing 'experts' needs one, found none. Raise model.experts or model.own_experts."
            )
        if self.is_pretrained:
            self._check_own_sizes()
        elif self.history_layers is not None:
            raise RecipeError(
                f"model.history_layers belongs to pretrained decoders, found {self.history_layers} with "
                f"{self.backbone!r}. Leave it out."
            )
        if self.lora_targets and self.adaptation != "lora":
            raise RecipeError(
                f"model.lora_targets belongs to model.adaptation = 'lora', found {', '.join(self.lora_targets)} with "
                f"{self.adaptation!r}. Leave it out."
            )
        if self.longest_prompt < self.window:
            raise RecipeError(
                f"model.longest must be at least model.window, found {self.longest} and {self.window}. Raise it, or "
                "lower model.window."
            )
        if self.width % (2 * self.heads):
            raise RecipeError(
                f"model.width must be a multiple of 2 * model.heads, found {self.width} with {self.heads} heads."
            )
        for name in ("dropout", "history_dropout", "id_dropout", "mask_share"):
            if not 0 <= (getattr(self, name) or 0) < 1:
                raise RecipeError(f"model.{name} must lie between 0 and below 1, found {getattr(self, name)}.")

    def dropout_of(self, has_words: bool) -> float:
        """The dropout of layers from scratch where they read a batch that has more in it than histories, or not."""
        return self.dropout if has_words or self.history_dropout is None else self.history_dropout

    @property
    def is_pretrained(self) -> bool:
        """Whether the trunk comes with weights, a tokenizer and sizes of its own."""
        return self.backbone not in FROM_SCRATCH

    @property
    def prompt_limit(self) -> str:
        """Which setting says how long a prompt may be."""
        return "longest" if self.backbone == "recurrence" else "window"

    @property
    def longest_prompt(self) -> int:
        """How long a prompt may be, in positions."""
        return int(getattr(self, self.prompt_limit))

    def _check_own_sizes(self) -> None:
        """What a pretrained trunk brings along cannot be set, only the sizes of layers beside it."""
        for name in ("vocabulary", *(("width", "heads") if self.history_layers is None else ())):
            if getattr(self, name) != getattr(ModelConfig, name):
                raise RecipeError(
                    f"model.{name} belongs to backbones that are made from scratch, found {getattr(self, name)} with "
                    f"{self.backbone!r}. Leave it out."
                )
