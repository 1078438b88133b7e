"""INSPIRED: a folder or zip with dialogues, one a line, each a list of messages with text, role and film labels.

Labels come from two programs that matched titles to the text, `movie` with the year and `movie_name` without, and are
noisy: "Accept (2016)" stands at "I accept". A label counts where both agree and the text holds the title; what remains
unsure is reported. Out come the tables of `schema.py`:

- Items are the films of these labels, known by title and year; nothing else is known of them.
- Messages of one speaker in a row are one turn. Dialogues have no ids: they are numbered within their file.

Paper: Hayati et al., "INSPIRED: Toward Sociable Recommendation Dialog Systems", EMNLP 2020.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tastemaker.data.cleaning import Cleaned, Parsed, clean_rows
from tastemaker.data.delimited import RowError
from tastemaker.data.dialogue_corpus import clean_turn, corpus_tables, files_there
from tastemaker.data.dialogues import Dialogue, Turn, merge_turns
from tastemaker.data.files import RawFiles
from tastemaker.data.film_attributes import film_of_title
from tastemaker.data.json_rows import as_list, as_object, as_text, as_texts, parse_row, read_lines
from tastemaker.data.reader import RawTables, Reader
from tastemaker.data.text_cleaning import clean_text
from tastemaker.data.title_forms import ORDINARY_WORDS
from tastemaker.data.title_links import labelled, link_titles
from tastemaker.data.titles import split_year

SPLITS: Final[Mapping[str, str]] = {"test.jsonl": "test", "dev.jsonl": "validation", "train.jsonl": "train"}
"""Published split by file; those that are there are read."""
LICENCE: Final = (
    "none is stated for INSPIRED; use and pass on these files as their source allows. Cite S. Hayati, D. Kang, "
    'Q. Zhu, W. Shi and Z. Yu, "INSPIRED: Toward Sociable Recommendation Dialog Systems", EMNLP 2020.'
)
SPEAKERS: Final[Mapping[str, str]] = {"SEEKER": "user", "RECOMMENDER": "assistant"}
_BRACKETS: Final = str.maketrans("[]", "()")
"""An item id holds no square bracket, "[REC] (2007)" does."""


@dataclass(frozen=True)
class Talk:
    """One line of a file."""

    turns: tuple[Turn, ...]
    titles: Mapping[str, str]
    """Of the films that it mentions, by id."""


def needed_files(files: RawFiles) -> tuple[str, ...]:
    """Names of the files that are read.

    Raises:
        DataError: there are none.
    """
    return files_there(files, (), tuple(SPLITS))


def read(files: RawFiles) -> RawTables:
    """Read and clean dialogues.

    Raises:
        DataError: a file is empty or damaged, or holds no usable row.
    """
    cleaned = {name: _talks(files, name) for name in needed_files(files)}
    titles = {
        item_id: title for each in cleaned.values() for talk in each.values for item_id, title in talk.titles.items()
    }
    dialogues = [
        Dialogue(f"{name.removesuffix('.jsonl')}-{number}", _in_split(talk.turns, SPLITS[name]))
        for name, each in cleaned.items()
        for number, talk in enumerate(each.values, start=1)
    ]
    items = (film_of_title(*film) for film in titles.items())
    return RawTables(corpus_tables(items, dialogues), tuple(cleaned.values()))


def parse_talk(fields: Mapping[str, str]) -> Parsed[Talk]:
    """Parse one line.

    Raises:
        RowError: the line is no dialogue, or nothing is said in it.
    """
    titles, repairs = dict[str, str](), list[str]()
    turns = tuple(_messages(as_list(parse_row(fields), "dialogue"), titles, repairs))
    if not turns:
        raise RowError("empty dialogue")
    return Parsed(Talk(merge_turns(turns), titles), tuple(dict.fromkeys(repairs)))


def _messages(messages: list[Any], titles: dict[str, str], repairs: list[str]) -> Iterator[Turn]:
    """Yield every message with words as a turn; its films go into `titles`, what it took into `repairs`."""
    for each in messages:
        message = as_object(each, "message")
        speaker = SPEAKERS.get(as_text(message.get("role"), "role"))
        if speaker is None:
            raise RowError(f"role is none of {', '.join(SPEAKERS)}")
        cleaned = clean_turn(as_text(message.get("text"), "text of a message"))
        repairs += cleaned.repairs
        if not cleaned.value:
            repairs.append("empty message left out")
            continue
        text, found = _linked(cleaned.value, message, repairs)
        titles |= found
        yield Turn(speaker, text)


def _linked(text: str, message: Mapping[str, Any], repairs: list[str]) -> tuple[str, dict[str, str]]:
    """The text of a message with its mentions, and the titles of these films by id."""
    films, names = (as_texts(message.get(key, []), key) for key in ("movie", "movie_name"))
    agreed: dict[str, str] = {}
    for film in films:
        bare = split_year(film)[0]
        if bare in names and bare:
            agreed.setdefault(bare, film)
    if agreed.keys() != {split_year(film)[0] for film in films}.union(names):
        repairs.append("film label of one program alone left out")
    cleaned = (" ".join(clean_text(film).value.split()) for film in agreed.values())
    titles = {title.translate(_BRACKETS): title for title in cleaned if title}
    linked, found = link_titles(text, [labelled(title, item, ORDINARY_WORDS) for item, title in titles.items()])
    if titles.keys() - found:
        repairs.append("labelled film not in the text")
    return linked, {item: titles[item] for item in found}


def _talks(files: RawFiles, name: str) -> Cleaned[Talk]:
    return clean_rows(files.where(name), read_lines(files, name), parse_talk, lambda talk: talk.turns)


def _in_split(turns: tuple[Turn, ...], split: str) -> tuple[Turn, ...]:
    return tuple(Turn(turn.speaker, turn.text, split=split) for turn in turns)


READER: Final = Reader(wheel=None, licence=LICENCE, counts={}, needed=needed_files, read=read)
