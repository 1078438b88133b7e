import torch

from tastemaker.model.batch import HISTORY, SHORT, SLOT, Before, ItemTargets, ScoreTargets, TextTargets, collate
from tastemaker.model.row import Position, Row, TaskTargets
from tastemaker.model.tokenizer import REC


def test_rows_are_padded_on_the_right_and_targets_point_into_the_flattened_states() -> None:
    short = Row.of([Position(1), Position(item=3, action=2)], (), {"next": TaskTargets([1], [7], [0.5])})
    long = Row.of(
        [Position(1)],
        [Position(5), Position(6)],
        {
            "next": TaskTargets([0], [8], [1.0]),
            "rating": TaskTargets(
                score_at={"rating": [2]}, scored_items={"rating": [4]}, score_values={"rating": [3.0]}
            ),
            "words": TaskTargets(text_at=[1], tokens=[6]),
        },
    )
    batch = collate([short, long])
    assert batch.places.mask.tolist() == [[True, True, False], [True, True, True]]
    assert batch.places.reply_at.tolist() == [3, 1]
    assert batch.tokens.tolist() == [[1, 0, 0], [1, 5, 6]]
    assert batch.items.tolist() == [[0, 3, 0], [0, 0, 0]]
    assert batch.actions.tolist() == [[0, 2, 0], [0, 0, 0]]
    items, rating, words = (
        batch.targets["next"]["items"],
        batch.targets["rating"]["rating"],
        batch.targets["words"]["text"],
    )
    assert isinstance(items, ItemTargets) and isinstance(rating, ScoreTargets) and isinstance(words, TextTargets)
    assert items.at.tolist() == [1, 3] and items.items.tolist() == [7, 8] and items.weights.tolist() == [0.5, 1.0]
    assert rating.at.tolist() == [5] and rating.values.tolist() == [3.0]
    assert words.at.tolist() == [4] and words.tokens.tolist() == [6]


def test_a_batch_moves_whole() -> None:
    batch = collate([Row.of([Position(1)], (), {"next": TaskTargets([0], [7], [0.5])})])
    moved = batch.to(torch.device("cpu"))
    assert torch.equal(moved.tokens, batch.tokens)
    assert torch.equal(moved.targets["next"]["items"].at, batch.targets["next"]["items"].at)


def test_histories_hold_the_items_up_to_each_position() -> None:
    rows = [
        Row.of([Position(1), Position(item=3), Position(5), Position(item=8)]),
        Row.of([Position(item=2), Position(item=4)]),
    ]
    found = collate(rows).histories(torch.tensor([0, 2, 3, 4, 7]))
    assert found.tolist() == [[-1] * 4, [-1, 2, -1, -1], [-1, 2, -1, 7], [1, -1, -1, -1], [1, 3, -1, -1]]


def test_before_an_item_stand_the_items_and_wishes_so_far_and_whether_it_is_in_a_reply() -> None:
    rows = [
        Row.of([Position(1), Position(item=3)]),
        Row.of([Position(item=2), Position(REC)], wishes=(5, 6)),
    ]
    found = collate(rows).before(torch.tensor([1, 3]))
    assert found.items.tolist() == [[-1, 2], [1, -1]]
    assert found.wishes.tolist() == [[-1, -1], [5, 6]]
    assert found.in_reply.tolist() == [False, True]


def test_what_stands_before_items_can_be_joined_and_parted() -> None:
    first = Before(torch.tensor([[4]]), torch.zeros(1, 0, dtype=torch.long), torch.tensor([True]))
    second = Before(torch.tensor([[1, 2]]), torch.tensor([[7]]), torch.tensor([False]))
    both = Before.joined([first, second])
    assert both.items.tolist() == [[4, -1], [1, 2]]
    assert both.wishes.tolist() == [[-1], [7]]
    assert both.at(torch.tensor([1])).in_reply.tolist() == [False]


def test_behind_one_entry_or_none_an_item_stands_elsewhere_than_behind_many() -> None:
    items = torch.tensor([[-1, -1, -1], [-1, 4, -1], [3, -1, 4], [-1, -1, 4], [3, 4, 5]])
    before = Before(items, torch.full((5, 0), -1), torch.tensor([False, False, False, True, True]))
    assert before.places.tolist() == [SHORT, SHORT, HISTORY, SLOT, SLOT]


def test_a_history_cut_to_its_last_entry_keeps_what_is_told_behind_it() -> None:
    start, entries = Position(1), [Position(item=item, action=2) for item in (3, 4, 5)]
    mask = Position(9)
    next_items = TaskTargets([3, 3], [7, 8], [0.5, 1.0])
    rating = TaskTargets(score_at={"rating": [3]}, scored_items={"rating": [4]}, score_values={"rating": [3.0]})
    found = Row.of([start, *entries], (), {"next": next_items, "rating": rating}).latest()
    assert found.inputs.tolist() == [[1, 0, 0], [0, 5, 2]]
    assert found.targets == {"next": TaskTargets([1, 1], [7, 8], [0.5, 1.0])}
    hidden = Row.of([start, *entries, mask], (), {"next": TaskTargets([4], [7], [1.0])}).latest()
    assert hidden.inputs.tolist() == [[1, 0, 0], [0, 5, 2], [9, 0, 0]]
    assert hidden.targets["next"].item_at == [2]
    for short in ([start], [start, entries[0]]):
        row = Row.of(short, (), {"next": TaskTargets([len(short) - 1], [7], [1.0])})
        assert row.latest().inputs.tolist() == row.inputs.tolist()
        assert row.latest().targets == row.targets
