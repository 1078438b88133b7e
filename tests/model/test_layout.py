from dataclasses import replace

import pytest

from tastemaker.data.dataset import Entry
from tastemaker.model import tokenizer as markers
from tastemaker.model.chat import ChatForm
from tastemaker.model.layout import Layout
from tastemaker.model.row import Row, TaskTargets
from tastemaker.model.tokenizer import TextTokenizer
from tastemaker.tasks.example import (
    Card,
    Earlier,
    Evidence,
    Example,
    History,
    Item,
    LabelSet,
    NextItems,
    Recommended,
    Reply,
    Score,
    Segment,
    Text,
    Words,
)

TOKENIZER = TextTokenizer.train(["a b c d e f g h"], 300)
LAYOUT = Layout(TOKENIZER, 64)
ENTRIES = (Entry(4, 9, 5.0), Entry(2, 5, 1.0))


def tokens(row: Row) -> list[int]:
    return row.inputs[:, 0].tolist()


def test_history_targets_stand_where_the_state_before_them_is() -> None:
    context = (History(ENTRIES),)
    row = LAYOUT.row(
        [
            Example("next_item", context, NextItems((0, 1, 2), (4, 2, 7), (1.0, 0.2, 0.6))),
            Example("rating", context, Score("rating", (1,), (2,), (1.0,))),
        ]
    )
    assert row.inputs.tolist() == [[markers.HISTORY, 0, 0], [0, 5, 10], [0, 3, 6]]
    assert row.targets["next_item"].item_at == [0, 1, 2]
    assert row.targets["rating"].score_at == {"rating": [1]}


def test_words_alone_are_predicted_from_the_marker_that_opens_them_to_the_end() -> None:
    row = LAYOUT.row([Example("summary", (History(()), Text("d e", "user")), Words("f g"))])
    d, e, f, g = (TOKENIZER.encode(letter)[0] for letter in "defg")
    assert tokens(row) == [markers.HISTORY, markers.USER, d, e, markers.ASSISTANT, f, g, markers.END]
    targets = row.targets["summary"]
    assert list(zip(targets.text_at, targets.tokens, strict=True)) == [(4, f), (5, g), (6, markers.END)]
    assert not targets.items


def test_words_of_a_task_do_not_open_as_a_turn_of_the_chat_does() -> None:
    chat = ChatForm((301,), (302,), (303,), (304,))
    layout, context = Layout(replace(TOKENIZER, chat=chat), 64), (History(()), Text("d", "user"))
    d, f = (TOKENIZER.encode(letter)[0] for letter in "df")
    asked, said = (layout.row([Example("any", context, target)]) for target in (Words("f"), Reply("f")))
    assert tokens(asked) == [markers.HISTORY, 301, d, markers.ASSISTANT, f, markers.END]
    assert tokens(said) == [markers.HISTORY, 301, d, 302, 303, f, markers.END]


def test_what_is_read_may_be_predicted_too_word_by_word_from_what_stands_before() -> None:
    context = (History(()), Text("d", "user", 1), Text("e f"))
    plainly, taught = (LAYOUT.row([Example("summary", context, Words("g", teaches_read=it))]) for it in (False, True))
    assert taught.inputs.tolist() == plainly.inputs.tolist()
    e, f, g = (TOKENIZER.encode(letter)[0] for letter in "efg")
    titles, found = (list(zip(*_texts(row.targets["summary"]), strict=True)) for row in (plainly, taught))
    assert titles == [(5, g), (6, markers.END)]
    assert found == [*titles, (2, e), (3, f)], "the instruction, which a speaker opens, is not"


def test_what_is_classified_may_be_predicted_too() -> None:
    labels = LabelSet("mood", ("good", "bad"), (0.5, 0.5), is_multi=False)
    context = (History(()), Text("d", "user"), Text("e", "assistant"))
    plainly, taught = (
        LAYOUT.row([Example("sentiment", context, labels.target(["bad"], teaches_read=it))]).targets["sentiment"]
        for it in (False, True)
    )
    d, e = (TOKENIZER.encode(letter)[0] for letter in "de")
    assert taught.label_at == plainly.label_at == {"mood": 4}
    assert taught.label_values == plainly.label_values == {"mood": (0.0, 1.0)}
    assert _texts(plainly) == ([], [])
    assert _texts(taught) == ([0, 1, 2, 3], [markers.USER, d, markers.ASSISTANT, e]), "whoever says it"


def test_a_label_is_told_at_the_end_of_its_own_context_in_a_row_that_goes_on() -> None:
    labels = LabelSet("mood", ("good", "bad"), (0.5, 0.5), is_multi=False)
    context = (History(()), Text("d e"))
    mood = Example("sentiment", context, labels.target(["bad"], teaches_read=True))
    asked = Example("summary", (*context, Text("h", "user", 1)), Words("g"))
    alone, shared = LAYOUT.row([mood]), LAYOUT.row([asked, mood])
    assert shared.inputs.tolist() == LAYOUT.row([asked]).inputs.tolist()
    assert shared.inputs[: len(alone)].tolist() == alone.inputs.tolist()
    assert shared.targets["sentiment"] == alone.targets["sentiment"]
    assert shared.targets["sentiment"].label_at == {"mood": len(alone) - 1}
    assert shared.targets["summary"] == LAYOUT.row([asked]).targets["summary"]


def test_of_a_text_that_is_cut_what_is_left_is_predicted() -> None:
    context = (History(()), Text("d", "user", 1), Text(" ".join("abcdefgh" * 9)))
    row = LAYOUT.row([Example("summary", context, Words("g", teaches_read=True))])
    at, predicted = _texts(row.targets["summary"])
    assert len(row) == 64
    assert sorted(at) == [*range(2, 60), 61, 62], "60 is the last word of the text, which foretells nothing"
    assert all(tokens(row)[place + 1] == token for place, token in zip(at, predicted, strict=True))


def _texts(targets: TaskTargets) -> tuple[list[int], list[int]]:
    return targets.text_at, targets.tokens


def test_a_reply_predicts_lead_slot_and_reason_but_not_card_and_evidence() -> None:
    slot = Recommended(3, Card("a b"), Evidence("c"))
    example = Example("dialogue", (History(()), Text("d", "user"), Item(1)), Reply("e", slot, "f g"))
    row = LAYOUT.row([example])
    a, b, c, d, e, f, g = (TOKENIZER.encode(letter)[0] for letter in "abcdefg")
    assert tokens(row) == [
        markers.HISTORY, markers.USER, d, 0, markers.ASSISTANT, e, markers.REC, 0, markers.CARD, a, b,
        markers.EVIDENCE, c, markers.REASON, f, g, markers.END,
    ]  # fmt: skip
    assert row.inputs[:, 1].tolist() == [0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    targets = row.targets["dialogue"]
    assert targets.item_at == [6] and targets.items == [3]
    assert list(zip(targets.text_at, targets.tokens, strict=True)) == [
        (4, e), (5, markers.REC), (13, f), (14, g), (15, markers.END),
    ]  # fmt: skip


TWO = Reply("e", Recommended(3, Card("a")), "f g", more=((Recommended(5, Card("b")), "h"),))


def test_every_slot_of_a_reply_predicts_its_item_and_the_words_behind_it() -> None:
    row = LAYOUT.row([Example("dialogue", (History(()), Text("d", "user")), TWO)])
    a, b, d, e, f, g, h = (TOKENIZER.encode(letter)[0] for letter in "abdefgh")
    assert tokens(row) == [
        markers.HISTORY, markers.USER, d, markers.ASSISTANT, e, markers.REC, 0, markers.CARD, a, markers.REASON, f, g,
        markers.REC, 0, markers.CARD, b, markers.REASON, h, markers.END,
    ]  # fmt: skip
    assert [(at, item - 1) for at, item in enumerate(row.inputs[:, 1].tolist()) if item] == [(6, 3), (13, 5)]
    targets = row.targets["dialogue"]
    assert list(zip(targets.item_at, targets.items, targets.item_weights, strict=True)) == [(5, 3, 1.0), (12, 5, 1.0)]
    assert list(zip(targets.text_at, targets.tokens, strict=True)) == [
        (3, e), (4, markers.REC), (9, f), (10, g), (11, markers.REC), (16, h), (17, markers.END),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "last_same"),
    [
        (replace(TWO, lead="h"), 3),
        (replace(TWO, slot=Recommended(4, Card("a"))), 5),
        (replace(TWO, slot=Recommended(3, Card("b"))), 7),
        (replace(TWO, reason="f h"), 10),
        (replace(TWO, more=((Recommended(2, Card("b")), "h"),)), 12),
        (replace(TWO, more=((Recommended(5, Card("b")), "a"),)), 16),
    ],
)
def test_a_changed_word_or_item_of_a_reply_is_read_behind_its_prediction_only(changed: Reply, last_same: int) -> None:
    context = (History(()), Text("d", "user"))
    before, after = (LAYOUT.row([Example("dialogue", context, reply)]) for reply in (TWO, changed))
    assert before.inputs[: last_same + 1].tolist() == after.inputs[: last_same + 1].tolist()
    assert before.inputs[last_same + 1].tolist() != after.inputs[last_same + 1].tolist()


def test_earlier_replies_are_learned_just_as_if_each_were_the_last() -> None:
    before, between = (History(()), Text("d", "user")), Text("c", "user", 2)
    first = LAYOUT.row([Example("dialogue", before, TWO)])
    second = LAYOUT.row([Example("dialogue", (*before, Earlier(TWO, 1), between), Reply("g"))])
    both = LAYOUT.row([Example("dialogue", (*before, Earlier(TWO, 1), between), Reply("g", teaches_earlier=True))])
    assert both.inputs.tolist() == second.inputs.tolist()
    assert both.inputs[: len(first)].tolist() == first.inputs.tolist()
    one, two, found = (row.targets["dialogue"] for row in (first, second, both))
    assert {*zip(found.text_at, found.tokens, strict=True)} == {
        *zip(one.text_at, one.tokens, strict=True),
        *zip(two.text_at, two.tokens, strict=True),
    }
    assert (found.item_at, found.items, found.item_weights) == (one.item_at, one.items, one.item_weights)


def test_an_earlier_reply_that_is_cut_is_not_learned() -> None:
    context = (History(()), Earlier(TWO, 0), Text(" ".join("abcdefgh" * 7), "user", 1))
    row = LAYOUT.row([Example("dialogue", context, Reply("g", teaches_earlier=True))])
    assert markers.REC not in tokens(row)
    assert len(row.targets["dialogue"].text_at) == 2
    assert row.targets["dialogue"].item_at == []


def test_a_reason_for_a_given_item_opens_with_its_marker() -> None:
    context = (History(()), Recommended(3, Card("a"), Evidence("c")))
    row = LAYOUT.row([Example("explanation", context, Reply("", None, "f"))])
    assert tokens(row)[-3] == markers.REASON
    assert row.targets["explanation"].item_at == []


@pytest.mark.parametrize("changed", [Reply("h", Recommended(5, Card("b"), Evidence("a")), "h h"), Reply("g")])
def test_changing_a_reply_changes_nothing_before_it(changed: Reply) -> None:
    example = Example("dialogue", (History(ENTRIES), Text("d", "user")), Reply("e", Recommended(3, Card("a")), "f"))
    before, after = LAYOUT.row([example]), LAYOUT.row([replace(example, target=changed)])
    opening = tokens(before).index(markers.ASSISTANT) + 1
    assert before.inputs[:opening].tolist() == after.inputs[:opening].tolist()


def test_half_of_a_small_window_is_left_to_read() -> None:
    assert (LAYOUT.room(20), LAYOUT.room(128)) == (20, 32)


def test_a_long_prompt_loses_low_priorities_first_and_the_end_of_the_last_words_last() -> None:
    words = " ".join("abcdefgh" * 5)
    context: tuple[Segment, ...] = (
        History(ENTRIES),
        Text(words, "user", 1),
        Recommended(3, Card(words)),
        Text("e f", "user", 2),
    )
    row = LAYOUT.row([Example("dialogue", context, Reply("h"))])
    assert len(row) <= LAYOUT.window
    assert tokens(row)[4:44] == list(TOKENIZER.encode(words))
    assert markers.REC not in tokens(row)
    assert tokens(row).count(markers.USER) == 2
    assert row.inputs[1:3, 1].tolist() == [5, 3]


def test_a_long_history_keeps_its_latest_entries() -> None:
    entries = tuple(Entry(item, 9) for item in range(100))
    positions = Layout(TOKENIZER, 10).context((History(entries),))
    assert [position.item - 1 for position in positions[1:]] == list(range(91, 100))
    assert positions[0].token == markers.HISTORY


def test_wishes_are_read_where_one_reply_recommends() -> None:
    layout = replace(LAYOUT, wishes=lambda context: (len(context),))
    context, slot = (History(()), Text("a", "user")), Recommended(3, Card("b"))
    recommends, talks = Reply("c", slot), Reply("c")
    for target, wishes in ((recommends, (2,)), (talks, ()), (replace(recommends, teaches_earlier=True), ())):
        assert layout.row([Example("dialogue", context, target)]).wishes == wishes
    assert LAYOUT.row([Example("dialogue", context, recommends)]).wishes == ()
