"""A new model of a recipe, as initialised: what it takes of the data set, and where its weights come from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.cli.recipe import Recipe, to_mapping
from tastemaker.data.dataset import Dataset
from tastemaker.data.fact_numbers import FactNumbers
from tastemaker.data.schema import ACTIONS
from tastemaker.data.split import Split
from tastemaker.errors import RecipeError
from tastemaker.model.batch import TOLD_IN
from tastemaker.model.cold_priors import cold_priors
from tastemaker.model.content import content_vectors
from tastemaker.model.item_graph import graph_edges
from tastemaker.model.item_likeness import likeness_edges
from tastemaker.model.item_mentions import mention_edges
from tastemaker.model.item_ratings import Tallies
from tastemaker.model.item_trend import trends
from tastemaker.model.item_wishes import wish_edges
from tastemaker.model.network import ModelInputs, Network
from tastemaker.model.pretrained_choice import Choice, check_tasks, choose
from tastemaker.model.tokenizer import TextTokenizer
from tastemaker.model.weights import load_weights
from tastemaker.tasks.corpus import tokenizer_texts
from tastemaker.tasks.example import LabelSet
from tastemaker.tasks.labels import label_sets
from tastemaker.tasks.mentioned import Mentioning, mentions_of, training_items
from tastemaker.tasks.stake import Stake


def new_model(recipe: Recipe, dataset: Dataset, say: Callable[[str], None]) -> TrainedModel:
    """A model as initialised: tokenizer trained, content vectors made, weights drawn from the global generator."""
    chosen = chosen_backbone(recipe, say) if recipe.model.is_pretrained else None
    content = content_vectors(dataset.catalog, recipe.model.content, Path(recipe.data.path), say)
    if not content.shape[1] and not recipe.model.ids:
        raise RecipeError("model.ids = false needs content vectors; set model.content, or model.ids = true.")
    texts = tokenizer_texts(dataset, list(recipe.tasks.values()))
    if chosen is None:
        say("learning the vocabulary")
        tokenizer = TextTokenizer.train(texts, recipe.model.vocabulary)
    else:
        tokenizer, source = chosen.tokenizer(texts)
        say(f"{recipe.model.backbone}: {len(chosen.layers)} of {chosen.info.layers} layers, {tokenizer.size:,} tokens")
    found = training_items(dataset, recipe.tasks.values())
    log = (found.items, found.owners, len(content))
    by_place = found.by_place[list(TOLD_IN)]
    vectors, counts = torch.from_numpy(content), torch.from_numpy(found.counts)
    rated, liked = _opinions(dataset)
    inputs = ModelInputs(
        content=vectors,
        is_warm=torch.from_numpy(by_place > 0),
        vocabulary=tokenizer.size,
        action_counts=torch.from_numpy(np.bincount(dataset.actions[dataset.is_training], minlength=len(ACTIONS))),
        rated=rated,
        liked=liked,
        edges=graph_edges(*log) if recipe.model.item_graph else None,
        trends=trends(*log) if recipe.model.item_trend else None,
        likeness=likeness_edges(vectors, counts) if recipe.model.item_likeness else None,
        **_dialogue_evidence(recipe, dataset),
        label_sets=_label_sets(recipe, dataset, say),
        cold_priors=torch.from_numpy(cold_priors(content, dataset.catalog, by_place)),
        anatomy=None if chosen is None else chosen.anatomy,
        stakes={name: Stake.of(vars(task)) for name, task in recipe.tasks.items()},
    )
    network = Network(recipe.model, inputs)
    if chosen is not None:
        load_weights(network, source)
    return TrainedModel(network, tokenizer, dataset.answers, to_mapping(recipe))


def chosen_backbone(recipe: Recipe, say: Callable[[str], None]) -> Choice:
    """The pretrained Transformer of a recipe, which can do what its tasks ask."""
    chosen = choose(recipe.model, say)
    check_tasks(chosen, recipe.model.backbone, recipe.tasks)
    return chosen


def _opinions(dataset: Dataset) -> tuple[Tallies, Tallies]:
    """The ratings, and the likes, that training has of every item."""
    size, told = len(dataset.catalog), dataset.is_training & np.isfinite(dataset.ratings)
    rated = Tallies.of(dataset.items[told], dataset.ratings[told].astype(np.float64), size)
    entries = [e for user in range(len(dataset.user_ids)) for e in dataset.held_out(user, Split.TRAIN)]
    judged = [(entry.item, float(dataset.likes(entry))) for entry in entries if dataset.is_opinion(entry)]
    items, likes = np.array([item for item, _ in judged], np.int64), np.array([like for _, like in judged], np.float64)
    return rated, Tallies.of(items, likes, size)


def _dialogue_evidence(recipe: Recipe, dataset: Dataset) -> dict[str, Any]:
    """Facts that may be asked for, items named together, and replies that name each; none where nobody speaks."""
    tasks = recipe.tasks.values()
    evidence: dict[str, Any] = {}
    if recipe.model.item_wishes and any(isinstance(task, Mentioning) for task in tasks):
        evidence["wishes"] = wish_edges(FactNumbers(dataset.answers), dataset.catalog)
    if (found := mentions_of(dataset, tasks)) is not None:
        evidence["mention_targets"] = torch.from_numpy(found.targets)
        if recipe.model.item_mentions:
            evidence["mentions"] = mention_edges(found.items, found.dialogues, len(dataset.catalog))
    return evidence


def _label_sets(recipe: Recipe, dataset: Dataset, say: Callable[[str], None]) -> tuple[LabelSet, ...]:
    found = label_sets(dataset, recipe.tasks.values())
    for labels in found:
        rare = f"; {labels.left_out} left out, being rare in training" if labels.left_out else ""
        say(f"{labels.name}: {len(labels.classes)} classes{rare}")
    return found
