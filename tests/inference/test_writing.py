from itertools import groupby

import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.inference import replying
from tastemaker.inference.reading import Reader, by_length
from tastemaker.inference.repetition import looping, repeating, said_again, words_of
from tastemaker.inference.writing import write
from tastemaker.model import tokenizer as markers
from tastemaker.model.batch import collate
from tastemaker.model.row import Position, Row
from tastemaker.model.text import next_log_chances
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.request import Turn, dialogue_context


def prompts(model: TrainedModel, shop: Dataset) -> list[Row]:
    examples = list(Dialogue().examples(shop, Split.TRAIN))[:8]
    return [Row.of(model.layout.context(e.context), model.layout.opening(e.context)) for e in examples]


def test_batched_writing_equals_single(model: TrainedModel, shop: Dataset) -> None:
    rows = prompts(model, shop)
    assert len({len(row) for row in rows}) > 1
    together = write(Reader(model), rows, (markers.END,), 12)
    assert together == [write(Reader(model), [row], (markers.END,), 12)[0] for row in rows]


def test_cached_writing_equals_reading_again_for_every_token(model: TrainedModel, shop: Dataset) -> None:
    reader, row = Reader(model), prompts(model, shop)[0]
    (written,) = write(reader, [row], (markers.END,), 10)
    for length in range(len(written)):
        so_far = Row.of([*map(Position._make, row.inputs.tolist()), *map(Position, written[:length])])
        batch = collate([so_far])
        with torch.no_grad():
            states = model.network(batch, reader.vectors).unsqueeze(0)
            logits = next_log_chances(model.network, states, batch.tokens)[0]
        logits[[m for m in range(len(markers.MARKERS)) if m != markers.END]] = float("-inf")
        logits[said_again(written[:length], model.tokenizer.within_words)] = float("-inf")
        assert int(logits.argmax()) == written[length]


def test_no_marker_is_written_but_the_stops(model: TrainedModel, shop: Dataset) -> None:
    for tokens in write(Reader(model), prompts(model, shop), (markers.END,), 30):
        assert all(token >= len(markers.MARKERS) for token in tokens[:-1])
        assert tokens[-1] == markers.END or len(tokens) == 30


def test_what_would_repeat() -> None:
    assert repeating([7, 8, 9, 7, 8], 3) == [9]
    assert repeating([7, 7, 7], 3) == [7]
    assert repeating([7, 8, 7, 9, 7], 2) == [8, 9]
    assert repeating([7, 8], 3) == repeating([], 3) == []
    assert repeating([7, 8, 7], 1) == [7, 8, 7]


def test_what_would_go_on_in_a_loop() -> None:
    assert looping([]) == looping([7]) == looping([7, 7]) == []
    assert looping([7, 7, 7]) == [7]
    assert looping([6, 7, 8, 7, 8]) == [], "over and over"
    assert looping([6, 7, 8, 7, 8, 7]) == [8]
    assert looping([6, 7, 8, 9, 7, 8, 9, 7]) == [8]
    assert looping([7, 8, 9, 7, 8, 9]) == []
    assert looping([7, 7, 8, 7, 7, 8, 7]) == [7]


def test_only_whole_words_are_said_again() -> None:
    """9 goes on with a word: `7 9` is one, and so is `8 9`."""
    assert words_of([7, 9, 8, 9, 9, 7], {9}) == [(7, 9), (8, 9, 9), (7,)]
    assert words_of([9, 9, 8], {9}) == [(9, 9), (8,)], "what stands first opens a word"
    assert said_again([], {9}) == []
    assert said_again([7, 9, 7, 9], {9}, 3) == []
    assert said_again([7, 9, 7, 9, 7], {9}) == [], "the third word may be another that begins with 7"
    assert said_again([7, 9, 7, 9, 7, 9], {9}) == [7]
    assert said_again([7, 8, 9, 6, 7, 8, 9], {9}, 3) == [6]
    assert said_again([7, 9, 9, 9], {9}) == [9], "a word that comes to no end"


def test_no_text_runs_in_a_loop(model: TrainedModel, shop: Dataset) -> None:
    for tokens in write(Reader(model), prompts(model, shop), (markers.END,), 40):
        words = words_of(tokens, model.tokenizer.within_words)
        for written in (words[:-1], *words):
            for period in range(1, len(written)):
                same = [one == before for one, before in zip(written[period:], written, strict=False)]
                longest = max((sum(1 for _ in group) for is_same, group in groupby(same) if is_same), default=0)
                assert longest < period + 2


def test_no_three_words_are_written_twice_where_that_is_asked_for(model: TrainedModel, shop: Dataset) -> None:
    def runs(tokens: list[int]) -> list[tuple[tuple[int, ...], ...]]:
        words = words_of(tokens, model.tokenizer.within_words)
        return [tuple(words[start : start + 3]) for start in range(len(words) - 2)]

    rows = prompts(model, shop)
    free = write(Reader(model), rows, (markers.END,), 40)
    assert any(len(set(runs(tokens))) < len(runs(tokens)) for tokens in free), "a fresh model loops"
    for tokens in write(Reader(model), rows, (markers.END,), 40, 3):
        assert len(set(runs(tokens))) == len(runs(tokens))


def test_rows_come_in_batches_of_alike_lengths() -> None:
    rows = [Row.of([Position(1)] * length) for length in (9, 1, 8, 2)]
    assert list(by_length(rows, 18)) == [[1, 3], [2, 0]]


def test_words_without_an_end_are_dropped_for_a_recommendation(
    model: TrainedModel, shop: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty-four times the same token is no sentence; a film is still an answer."""
    babble = model.tokenizer.encode("film")[-1:] * replying.MOST_TOKENS
    monkeypatch.setattr(replying, "write", lambda reader, prompts, stops, most: [list(babble) for _ in prompts])
    reader = Reader(model)
    (reply,) = replying.write_replies(reader, [dialogue_context((), (Turn("user", "xxx"),), reader.extractor)])
    assert reply.lead == ""
    assert reply.item is not None
