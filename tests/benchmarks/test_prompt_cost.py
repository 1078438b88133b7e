from benchmarks.prompt_cost import figures, histories, in_words, rows
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tests.conftest import USERS


def test_a_history_is_one_position_an_entry_and_a_line_of_words(model: TrainedModel, shop: Dataset) -> None:
    entries = histories(shop, 3, users=1)[0]
    items, words = rows(model, entries)
    assert len(items) == 1 + 3
    lines = in_words(model, entries).splitlines()
    assert len(lines) == 2 + 3
    title, rating = model.catalog[entries[0].item].title, entries[0].rating
    assert lines[1] == f"{title}, {rating:.0f} of 5 stars"
    assert model.tokenizer.decode(words.inputs[:, 0].tolist()).splitlines() == lines


def test_only_users_with_enough_are_taken_once_each(shop: Dataset) -> None:
    found = histories(shop, 4, users=99)
    assert len(found) == USERS and all(len(entries) == 4 for entries in found)
    assert histories(shop, 99, users=5) == []


def test_ratios_are_text_over_items(model: TrainedModel, shop: Dataset) -> None:
    found = figures(model, histories(shop, 3, users=2))
    assert found["items/positions"] == 4
    assert found["text_to_items/positions"] > 5
    assert found["text_to_items/time"] > 0
