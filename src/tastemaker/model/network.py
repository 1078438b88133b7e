"""The shared Transformer: item table, actions and tokens in; states out; a head for every kind of target."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import torch
from torch import Tensor, nn

from tastemaker.data.schema import ACTIONS
from tastemaker.model.anatomy import Anatomy
from tastemaker.model.batch import PLACES, SLOT, Batch, Before
from tastemaker.model.config import ModelConfig
from tastemaker.model.decoder import Decoder
from tastemaker.model.edges import Edges
from tastemaker.model.encoder import Encoder
from tastemaker.model.encoder_decoder import EncoderDecoder
from tastemaker.model.heads import CopyHead, ScoringHead
from tastemaker.model.item_graph import ItemGraph
from tastemaker.model.item_likeness import ItemLikeness
from tastemaker.model.item_mentions import ItemMentions
from tastemaker.model.item_ratings import Tallies
from tastemaker.model.item_table import TOKEN_STD, ItemTable
from tastemaker.model.item_trend import ItemTrend
from tastemaker.model.item_wishes import ItemWishes
from tastemaker.model.label_head import LabelHead
from tastemaker.model.nano import Nano
from tastemaker.model.recurrence import Recurrent
from tastemaker.model.sharing import SHARINGS
from tastemaker.tasks.example import LabelSet
from tastemaker.tasks.stake import Stake

BACKBONES: dict[str, Any] = {
    "nano": Nano,
    "recurrence": Recurrent,
    "decoder": Decoder,
    "encoder": Encoder,
    "encoder_decoder": EncoderDecoder,
}
"""Families of backbones: those made from scratch take configuration and vocabulary, others an `Anatomy`, too."""


@dataclass(frozen=True)
class ModelInputs:
    """What a model is built from beside its configuration."""

    content: Tensor
    """`[I, C]`, frozen; C is 0 without content."""
    is_warm: Tensor
    """`[P, I]` by `PLACES`, True where training tells the item: in histories, or in slots of replies."""
    vocabulary: int
    """V."""
    action_counts: Tensor
    """`[A]`, how often training holds each action."""
    rated: Tallies | None = None
    """Ratings of every item in training; None is none."""
    liked: Tallies | None = None
    """The same of likes, 1 or 0."""
    edges: Edges | None = None
    """The item graph of training; None is a graph without edges."""
    trends: Tensor | None = None
    """`[I]`, the trend of every item in training; None is none."""
    likeness: Edges | None = None
    """The item likeness; None is a graph without edges."""
    mentions: Edges | None = None
    """Items that training dialogues name together; None is a graph without edges."""
    mention_targets: Tensor | None = None
    """`[I]`, in how many training replies each item stands; None is none."""
    wishes: Edges | None = None
    """Facts and the items that have them; None is a graph without edges."""
    label_sets: tuple[LabelSet, ...] = ()
    """Those of the recipe's tasks; each gets a head."""
    cold_priors: Tensor | None = None
    """`[P, K, I]` by `PLACES`, which cold items are likely to be chosen at all; None tells them not apart."""
    anatomy: Anatomy | None = None
    """Of a pretrained backbone; None is one that is made from scratch."""
    stakes: Mapping[str, Stake] = field(default_factory=dict)
    """On what terms each task of the recipe shares the model."""


OWNED: Final = re.compile(r"(?:label_heads|sharing\.own|sharing\.gates)\.(\w+)\.")
"""How the names of parameters begin that one task alone has, a label set being named as its task."""

Term = ItemGraph | ItemTrend | ItemLikeness | ItemMentions | ItemWishes


class Network(nn.Module):
    """One Transformer for every task."""

    action_counts: Tensor
    sureness: Tensor
    """τ of `tastemaker.training.calibration`, by `PLACES`: the probabilities of what comes are softmax(τ scores)."""

    def __init__(self, config: ModelConfig, inputs: ModelInputs) -> None:
        super().__init__()
        self.config = config
        self.anatomy = inputs.anatomy
        self.backbone = _backbone(config, inputs)
        width = self.backbone.width
        self.item_table = ItemTable(inputs.content, inputs.is_warm, width, ids=config.ids, id_dropout=config.id_dropout)
        if inputs.cold_priors is not None:
            self.item_table.tell_apart(inputs.cold_priors)
        items = len(inputs.content)
        self.item_graph = ItemGraph(inputs.edges or Edges.none(items))
        self.item_trend = ItemTrend(torch.zeros(items) if inputs.trends is None else inputs.trends)
        self.item_likeness = ItemLikeness(inputs.likeness or Edges.none(items))
        none = torch.zeros(items) if inputs.mention_targets is None else inputs.mention_targets
        self.item_mentions = ItemMentions(inputs.mentions or Edges.none(items), none)
        self.item_wishes = ItemWishes(inputs.wishes or Edges.none(0), items)
        self.item_query = nn.Linear(width, width, bias=False) if config.is_pretrained else None
        self.register_buffer("action_counts", inputs.action_counts)
        self.register_buffer("sureness", torch.ones(len(PLACES)))
        self.action_embedding = nn.Embedding(len(ACTIONS), width)
        nn.init.normal_(self.action_embedding.weight, std=TOKEN_STD)
        tallies = (inputs.rated or Tallies.none(items), inputs.liked or Tallies.none(items))
        self.scoring_head = ScoringHead(width, *tallies)
        self.copy_head = CopyHead(width) if config.copies else None
        self.label_heads = nn.ModuleDict({it.name: LabelHead(width, it) for it in inputs.label_sets})
        self.stakes = dict(inputs.stakes)
        self.sharing = None if config.sharing == "hard" else SHARINGS[config.sharing](self.stakes, width, config)

    def embed(
        self, tokens: Tensor, items: Tensor, actions: Tensor, vectors: Tensor, *, has_words: bool = True
    ) -> Tensor:
        """Sum up what each position reads, `[B, T, D]`; see `Batch` for the inputs, `vectors` is `[I, D]`."""
        token = self.backbone.token_vectors(tokens) * (tokens > 0).unsqueeze(-1)
        rows, teaches_ids = items.sub(1).clamp_min(0), self.config.words_teach_ids or not has_words
        item = self.item_table.read(rows, vectors, has_words=has_words, teaches_ids=teaches_ids)
        action = self.action_embedding(actions.sub(1).clamp_min(0))
        return token + item * (items > 0).unsqueeze(-1) + action * (actions > 0).unsqueeze(-1)  # type: ignore[no-any-return]

    def forward(self, batch: Batch, vectors: Tensor) -> Tensor:
        """States `[B * T, D]` of a right-padded batch, given the item vectors `[I, D]` of this step."""
        has_words = batch.places.has_words
        embedded = self.embed(batch.tokens, batch.items, batch.actions, vectors, has_words=has_words)
        states: Tensor = self.backbone(embedded, batch.places)
        return states.flatten(0, 1)

    def states_for(self, task: str | None, states: Tensor) -> Tensor:
        """What heads read of the trunk's states `[N, D]`, or of means of them, when they work for a task.

        Every head reads states through here, in training and in use; for None, and for a task that the model does not
        know, they are the trunk's own.
        """
        if task is None or task not in self.stakes:
            return states
        share = self.stakes[task].dropout
        if share and self.training:
            states = nn.functional.dropout(states, share)
        return states if self.sharing is None else self.sharing(task, states)

    @staticmethod
    def owner(parameter: str) -> str | None:
        """The task that alone has a parameter, by its name; None where it is shared."""
        found = OWNED.match(parameter)
        return found[1] if found else None

    def item_queries(self, states: Tensor, places: Tensor | int) -> Tensor:
        """What is compared with item vectors, `[N, D]`: the states, turned to items where they were made for words.

        Args:
            states: `[N, D]`.
            places: where they are to tell items, of `PLACES`, `[N]` or one for all.
        """
        if self.item_query is None:
            return states
        if self.config.history_layers is None:
            return self.item_query(states)  # type: ignore[no-any-return]
        if isinstance(places, int):
            return self.item_query(states) if places == SLOT else states
        return torch.where((places == SLOT).unsqueeze(-1), self.item_query(states), states)

    def item_scores(self, states: Tensor, vectors: Tensor, before: Before) -> Tensor:
        """Scores `[N, I]` of the items that stand behind what was read into `states` `[N, D]`: log odds, calibrated."""
        scores: Tensor = self.item_table.scores(self.item_queries(states, before.places), vectors, before.places)
        for term, said in zip(self.terms, self.evidence(before), strict=True):
            scores = scores + term.weight[before.places].unsqueeze(1) * said
        return self.item_table.against_warm(self.sureness[before.places].unsqueeze(1) * scores, before.places)

    @property
    def terms(self) -> list[Term]:
        """What adds to the scores of items beside the states, as far as it has something to say."""
        everywhere = (self.item_graph, self.item_trend, self.item_likeness)
        return [term for term in (*everywhere, self.item_mentions, self.item_wishes) if term.is_informed]

    def evidence(self, before: Before) -> list[Tensor]:
        """What each of `terms` says, `[N, I]`, or `[1, I]` where it is the same for all."""
        return [_said(term, before) for term in self.terms]

    @torch.no_grad()
    def favour_cold_items(self, odds: float) -> None:
        """Multiply the odds of every cold item against every other one, which validation has set, by `odds`."""
        self.item_table.cold_odds += math.log(odds)

    @property
    def liked_action(self) -> int:
        """The action of an item that somebody says they liked: a like, or what training has instead of it."""
        known = [ACTIONS.index(name) for name in ("like", "rating_5", "buy") if self.action_counts[ACTIONS.index(name)]]
        return known[0] if known else int(self.action_counts.argmax())

    @property
    def label_sets(self) -> tuple[LabelSet, ...]:
        """What the model can tell the classes of."""
        return tuple(self.label_head(name).labels for name in self.label_heads)

    def update_means(self) -> None:
        """Have the label heads take their weights, as a step has left them, into the means that use has."""
        for name in self.label_heads:
            self.label_head(name).update_mean()

    def label_head(self, name: str) -> LabelHead:
        """The head of a label set.

        Raises:
            KeyError: the model was made without it.
        """
        head = self.label_heads[name]
        assert isinstance(head, LabelHead)
        return head

    def text_logits(self, states: Tensor) -> Tensor:
        """The language-model head: `[N, V]` for states `[N, D]`."""
        logits: Tensor = self.backbone.text_logits(states)
        return logits

    @torch.no_grad()
    def item_vectors(self) -> Tensor:
        """The item vectors used outside training, `[I, D]`."""
        return self.item_table()  # type: ignore[no-any-return]


def _backbone(config: ModelConfig, inputs: ModelInputs) -> Any:
    """A backbone as initialised."""
    if inputs.anatomy is None:
        return BACKBONES[config.backbone](config, inputs.vocabulary)
    return BACKBONES[inputs.anatomy.family](config, inputs.vocabulary, inputs.anatomy)


def _said(term: Term, before: Before) -> Tensor:
    """What a term says; that of dialogues says nothing outside of them."""
    said: Tensor = term(before.wishes if isinstance(term, ItemWishes) else before.items)
    return said * before.in_reply.unsqueeze(1) if isinstance(term, ItemMentions | ItemWishes) else said
