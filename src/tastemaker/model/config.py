"""The recipe's `[model]` table."""

from dataclasses import dataclass

from tastemaker.errors import RecipeError


@dataclass(frozen=True)
class ModelConfig:
    """Size and parts of the model."""

    backbone: str = "nano"
    """Name in `tastemaker.model.BACKBONES`."""
    width: int = 128
    """D, the width of every vector in the trunk."""
    layers: int = 3
    heads: int = 4
    dropout: float = 0.2
    vocabulary: int = 4096
    """Most entries of the tokenizer that is trained on the data set's text."""
    copies: bool = True
    """Whether the text head can copy words of the prompt, such as a title or a genre of the evidence."""
    window: int = 512
    """Longest prompt in positions; longer ones are cut by the priority of their segments."""
    content: str = "auto"
    """Content vectors of items: `minilm` (fetched once), `tfidf`, `none`, a local folder or a hub id of a sentence
    encoder; `auto` is `minilm`, and `tfidf` with a warning where that cannot be had."""
    ids: bool = True
    """Whether items have a learned id residual beside their content."""
    id_dropout: float = 0.1
    """Probability that an item's id residual is zeroed in a training step."""
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
        for name, least in (("width", 1), ("layers", 1), ("heads", 1), ("vocabulary", 1), ("window", 64)):
            if getattr(self, name) < least:
                raise RecipeError(f"model.{name} must be at least {least}, found {getattr(self, name)}.")
        if self.width % (2 * self.heads):
            raise RecipeError(
                f"model.width must be a multiple of 2 * model.heads, found {self.width} with {self.heads} heads."
            )
        for name in ("dropout", "id_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise RecipeError(f"model.{name} must lie between 0 and below 1, found {getattr(self, name)}.")
