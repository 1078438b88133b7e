"""A trained model as a whole: network, tokenizer, catalog and recipe, to and from a checkpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from tastemaker.checkpoint.store import Checkpoint, load_checkpoint
from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.fact_numbers import FactNumbers
from tastemaker.data.facts import FactExtractor
from tastemaker.errors import CheckpointError, first_line
from tastemaker.model.anatomy import Anatomy
from tastemaker.model.batch import PLACES, TOLD_IN
from tastemaker.model.config import ModelConfig
from tastemaker.model.edges import Edges
from tastemaker.model.item_wishes import wish_edges
from tastemaker.model.layout import Layout
from tastemaker.model.network import ModelInputs, Network
from tastemaker.model.tokenizer import TextTokenizer
from tastemaker.tasks.example import LabelSet
from tastemaker.tasks.stake import Stake
from tastemaker.tasks.wish_reader import WishReader

BY_PLACE: Final = frozenset(
    (
        *("sureness", "item_table.is_warm", "item_table.cold_odds", "item_table.priors", "item_table.prior_weights"),
        *(f"item_{term}.weight" for term in ("graph", "trend", "likeness", "mentions", "wishes")),
    )
)
"""Tensors whose first dimension is that of `PLACES`."""


@dataclass(frozen=True)
class TrainedModel:
    """Everything that use needs; user histories come with the request or from the data set."""

    network: Network
    tokenizer: TextTokenizer
    catalog: Catalog
    recipe: Mapping[str, Any]
    """The resolved recipe, table by table."""

    @cached_property
    def extractor(self) -> FactExtractor:
        """Finds titles and facts of this catalog in words."""
        return FactExtractor(self.catalog)

    @cached_property
    def layout(self) -> Layout:
        """How this model's prompts are laid out."""
        config = self.network.config
        plain = Layout(self.tokenizer, config.longest_prompt)
        if self.network.backbone.reads_ahead:
            plain = replace(plain, mask_share=config.mask_share)
        if not self.network.item_wishes.is_informed:
            return plain
        return replace(plain, wishes=WishReader(self.extractor, FactNumbers(self.catalog).numbers))

    @property
    def reading_precision(self) -> str:
        """Of products where much is read at once: those of its training for a pretrained trunk, which they cost half.

        A trunk that was made here is small: its weights are sooner multiplied than rounded.
        """
        precision: str = self.recipe["training"]["precision"] if self.network.anatomy else "float32"
        return precision

    def documents(self) -> dict[str, Any]:
        """The JSON documents of a checkpoint."""
        labels = [vars(it) for it in self.network.label_sets]
        return (
            {
                "recipe": self.recipe,
                "tokenizer": self.tokenizer.to_json(),
                "catalog": [vars(item) for item in self.catalog],
            }
            | ({"labels": labels} if labels else {})
            | self._anatomy()
        )

    def _anatomy(self) -> dict[str, Any]:
        """What a pretrained backbone is built from."""
        anatomy = self.network.anatomy
        return {"anatomy": vars(anatomy)} if anatomy else {}

    def weights(self) -> dict[str, Tensor]:
        """The tensors of a checkpoint, frozen content vectors included."""
        return dict(self.network.state_dict())


def load_trained(run: Path, pointer: str = "best", device: str = "cpu") -> TrainedModel:
    """Load the model of a run, in evaluation mode.

    Raises:
        CheckpointError: missing, truncated, altered, of a newer version, or of another shape than its recipe says.
    """
    return restore_trained(load_checkpoint(run, pointer), run, device)


def restore_trained(checkpoint: Checkpoint, run: Path, device: str = "cpu") -> TrainedModel:
    """Rebuild the model of a checkpoint."""
    try:
        weights, documents = by_place(checkpoint.tensors["weights"]), checkpoint.documents
        tokenizer = TextTokenizer.from_json(documents["tokenizer"])
        config = ModelConfig(**documents["recipe"]["model"])
        catalog = Catalog(tuple(_item(fields) for fields in documents["catalog"]))
        inputs = ModelInputs(
            weights["item_table.content"],
            weights["item_table.is_warm"],
            tokenizer.size,
            weights["action_counts"],
            edges=_edges(weights, "item_graph"),
            trends=weights["item_trend.values"],
            likeness=_edges(weights, "item_likeness"),
            mentions=_edges(weights, "item_mentions"),
            mention_targets=weights["item_mentions.replies"],
            wishes=wish_edges(FactNumbers(catalog), catalog) if weights["item_wishes.weight"].any() else None,
            label_sets=tuple(map(_label_set, documents.get("labels", ()))),
            cold_priors=weights.get("item_table.priors"),
            anatomy=Anatomy(**documents["anatomy"]) if "anatomy" in documents else None,
            stakes={name: Stake.of(fields) for name, fields in documents["recipe"]["tasks"].items()},
        )
        network = Network(config, inputs)
        network.load_state_dict(_newer(network, weights) | weights)
    except (KeyError, TypeError, RuntimeError) as error:
        raise CheckpointError(
            f"{run}: its checkpoint does not fit this version of tastemaker ({first_line(error)}). Train "
            "again, or use the version that wrote it."
        ) from None
    return TrainedModel(network.to(torch.device(device)).eval(), tokenizer, catalog, documents["recipe"])


def by_place(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a run; one that is older took an item for warm everywhere or nowhere, or histories for alike."""
    is_warm = weights["item_table.is_warm"]
    known = {**weights, "item_table.is_warm": is_warm if is_warm.dim() > 1 else is_warm.expand(len(PLACES), -1).clone()}
    older = [name for name in BY_PLACE & known.keys() if len(known[name]) < len(PLACES)]
    return known | {name: known[name][list(TOLD_IN)] for name in older}


def _newer(network: Network, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What a run lacks that is older than the tallies of items, the prior of cold ones, the means of label heads, or
    markers' own rows where they are written.

    It says what it did.
    """
    newer = (*(f"scoring_head.{name}" for name in ("rated.", "liked.", "like_gain", "line")), "item_table.prior")
    added = {it: tensor for it, tensor in network.state_dict().items() if it.startswith(newer) or it.endswith(".steps")}
    heads = {name: tensor for name, tensor in weights.items() if name.startswith("label_heads.")}
    added |= {it.replace(".linear.", ".mean_"): tensor for it, tensor in heads.items() if ".linear." in it}
    read, written = "backbone.tokens.markers", "backbone.tokens.written"
    return added | ({written: weights[read]} if written in network.state_dict() else {})


def _edges(weights: Mapping[str, Tensor], term: str) -> Edges:
    return Edges(*(weights[f"{term}.{name}"] for name in ("starts", "ends", "weights")))


def _label_set(fields: Mapping[str, Any]) -> LabelSet:
    return LabelSet(**{**fields, "classes": tuple(fields["classes"]), "shares": tuple(fields["shares"])})


def _item(fields: Mapping[str, Any]) -> CatalogItem:
    attributes = {name: tuple(values) for name, values in fields["attributes"].items()}
    return CatalogItem(**{**fields, "attributes": attributes})
