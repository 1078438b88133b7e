"""ReDial: a folder or zip with dialogues, one a line, and `movies.json` (title, plot, people and genres by movie id).

In a message `@ID` names a film, whose title the dialogue's `movieMentions` give. The worker who began the dialogue
seeks, the other one recommends; the seeker's form says afterwards which films they liked. Out come the tables of
`schema.py`:

- Items are known by ReDial's own ids: several of them share an IMDb id. A film that is mentioned but not described is
  an item with a title only.
- Messages of one speaker in a row are one turn, whether or not the file has merged them.
- `liked`, `disliked` and, where the seeker did not say, `unsaid` stand at every turn that names the film; all are null
  where the seeker left no form. A form with another answer than these three is not to be trusted with any.
- A dialogue that stands in several files counts once. Test comes first, so that none is trained on and tested on.

Paper: Li et al., "Towards Deep Conversational Recommendations", NeurIPS 2018.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from tastemaker.data.cleaning import Cleaned, Parsed, clean_rows
from tastemaker.data.delimited import RowError
from tastemaker.data.dialogue_corpus import clean_turn, corpus_tables, files_there
from tastemaker.data.dialogues import Dialogue, Turn, mention, merge_turns, split_mentions
from tastemaker.data.files import RawFiles
from tastemaker.data.film_attributes import film_of_title
from tastemaker.data.json_rows import as_id, as_list, as_object, as_text, parse_row, read_lines
from tastemaker.data.reader import RawTables, Reader
from tastemaker.data.redial_movies import MOVIES, read_movies
from tastemaker.data.text_cleaning import clean_text

SPLITS: Final[Mapping[str, str]] = {
    "test.jsonl": "test",
    "test_data.jsonl": "test",
    "train.jsonl": "train",
    "train_data.jsonl": "train",
    "train_part1.jsonl": "train",
    "train_part2.jsonl": "train",
}
"""Published split by file, in the order in which they are read; those that are there."""
LICENCE: Final = (
    "ReDial is published under CC BY 4.0; what movies.json adds on films is its source's. Cite R. Li, S. Kahou, "
    'H. Schulz, V. Michalski, L. Charlin and C. Pal, "Towards Deep Conversational Recommendations", NeurIPS 2018.'
)
_MENTION: Final = re.compile(r"@([0-9]+)")
_NOT_LIKED, _LIKED, _UNSAID = 0, 1, 2
"""What a form answers under `liked`."""


@dataclass(frozen=True)
class Talk:
    """One line of a file of dialogues."""

    dialogue: Dialogue
    titles: Mapping[str, str]
    """By id, of all films that it mentions and that have a title here."""


@dataclass(frozen=True)
class _Setting:
    """What the messages of one dialogue are read with."""

    speakers: Mapping[str, str]
    """By worker."""
    titles: Mapping[str, str]
    movies: Collection[str]
    opinions: Mapping[str, int] | None
    """The seeker's answers by film, as far as there is one; None where there is no form."""
    split: str


def needed_files(files: RawFiles) -> tuple[str, ...]:
    """Names of the files that are read.

    Raises:
        DataError: there are no films or no dialogues.
    """
    return files_there(files, (MOVIES,), tuple(SPLITS))


def read(files: RawFiles) -> RawTables:
    """Read and clean films and dialogues.

    Raises:
        DataError: a file is missing, empty or damaged, or holds no usable row.
    """
    _, *names = needed_files(files)
    movies = read_movies(files)
    items = {movie.item.item_id: movie.item for movie in movies.values}
    known, seen = frozenset(items), set[str]()
    cleaned = [_talks(files, name, known, seen) for name in names]
    talks = [talk for each in cleaned for talk in each.values]
    for talk in talks:
        for item_id, title in talk.titles.items():
            items.setdefault(item_id, film_of_title(item_id, title))
    return RawTables(corpus_tables(items.values(), [talk.dialogue for talk in talks]), (movies, *cleaned))


def parse_talk(movies: Collection[str], split: str, seen: set[str], fields: Mapping[str, str]) -> Parsed[Talk]:
    """Parse one line of a file of dialogues, and add its id to those `seen`.

    Args:
        movies: ids of the films that are described.
        split: the published split of the file.
        seen: ids of the dialogues before this one.
        fields: the line.

    Raises:
        RowError: the line is no dialogue, or one of those seen, or nothing is said in it.
    """
    row = as_object(parse_row(fields), "dialogue")
    dialogue_id = as_id(row.get("conversationId"), "conversationId")
    if dialogue_id in seen:
        raise RowError("duplicate")
    setting, repairs = _setting(row, movies, split), list[str]()
    messages = tuple(_messages(as_list(row.get("messages"), "messages"), setting, repairs))
    if not messages:
        raise RowError("empty dialogue")
    if setting.opinions is None:
        repairs.append("no form of the seeker")
    seen.add(dialogue_id)
    dialogue = Dialogue(dialogue_id, merge_turns(messages))
    named = (item for turn in dialogue.turns for item in split_mentions(turn.text)[1])
    titles = {item: setting.titles[item] for item in named if item in setting.titles}
    return Parsed(Talk(dialogue, titles), tuple(dict.fromkeys(repairs)))


def _setting(row: Mapping[str, Any], movies: Collection[str], split: str) -> _Setting:
    seeker = as_id(row.get("initiatorWorkerId"), "initiatorWorkerId")
    recommender = as_id(row.get("respondentWorkerId"), "respondentWorkerId")
    if seeker == recommender:
        raise RowError("one worker is both speakers")
    named, form = row.get("movieMentions"), row.get("initiatorQuestions")
    return _Setting(
        speakers={seeker: "user", recommender: "assistant"},
        titles=_titles(named) if isinstance(named, dict) else {},
        movies=movies,
        opinions=_opinions(form) if isinstance(form, dict) else None,
        split=split,
    )


def _opinions(form: Mapping[str, Any]) -> dict[str, int]:
    answers = {item: about.get("liked") for item, about in form.items() if isinstance(about, dict)}
    given = {item: answer for item, answer in answers.items() if answer is not None}
    if not all(type(answer) is int and answer in (_NOT_LIKED, _LIKED, _UNSAID) for answer in given.values()):
        raise RowError("liked is none of 0, 1 and 2")
    return given


def _titles(named: Mapping[str, Any]) -> dict[str, str]:
    cleaned = ((key, clean_text(title).value) for key, title in named.items() if isinstance(title, str))
    return {key: title for key, title in cleaned if title}


def _messages(messages: list[Any], setting: _Setting, repairs: list[str]) -> Iterator[Turn]:
    """Yield every message with words as a turn; what it took goes into `repairs`."""
    for each in messages:
        message = as_object(each, "message")
        speaker = setting.speakers.get(as_id(message.get("senderWorkerId"), "senderWorkerId"))
        if speaker is None:
            raise RowError("sender is neither seeker nor recommender")
        cleaned = clean_turn(as_text(message.get("text"), "text of a message"))
        repairs += cleaned.repairs
        if not cleaned.value:
            repairs.append("empty message left out")
            continue
        text = _MENTION.sub(partial(_linked, setting), cleaned.value)
        if _MENTION.search(text):
            repairs.append("mention of no film, left as text")
        items = tuple(dict.fromkeys(split_mentions(text)[1]))
        liked, disliked, unsaid = (_with_opinion(items, setting, it) for it in (_LIKED, _NOT_LIKED, _UNSAID))
        yield Turn(speaker, text, liked, disliked, unsaid, setting.split)


def _linked(setting: _Setting, found: re.Match[str]) -> str:
    return mention(found[1]) if found[1] in setting.movies or found[1] in setting.titles else found[0]


def _with_opinion(items: tuple[str, ...], setting: _Setting, answer: int) -> tuple[str, ...] | None:
    """Those of `items` of which the form gives this answer."""
    if setting.opinions is None:
        return None
    return tuple(item for item in items if setting.opinions.get(item) == answer)


def _talks(files: RawFiles, name: str, movies: Collection[str], seen: set[str]) -> Cleaned[Talk]:
    parse = partial(parse_talk, movies, SPLITS[name], seen)
    return clean_rows(files.where(name), read_lines(files, name), parse, lambda talk: talk.dialogue.dialogue_id)


READER: Final = Reader(wheel=None, licence=LICENCE, counts={}, needed=needed_files, read=read)
