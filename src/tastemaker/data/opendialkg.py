"""OpenDialKG as iEvaLM-CRS splits it: a folder or zip with `items.json` and turns that recommend, one a line.

A line holds the turns before a reply, the reply, and the titles that the reply recommends; several lines may be of one
dialogue. `items.json` maps a number to name, year, genres and people of a film or book. Out come the tables of
`schema.py`:

- A dialogue is put together from its longest line. The last turn of a line is the assistant's, so speakers are counted
  back from it. A line that contradicts the lines of its dialogue before it is rejected.
- A recommended title becomes a mention where the reply holds it, and at later turns that write it exactly so. Where a
  reply does not hold it, it is reported, and nothing is added to the reply.
- The published split is by turn: it stands at the replies that a file holds, and nowhere else. Dialogues whose turns
  are in several splits are left as they are.

Corpus: Moon et al., "OpenDialKG: Explainable Conversational Reasoning with Attention-based Walks over Knowledge
Graphs", ACL 2019. Split: Wang et al., "Rethinking the Evaluation for Conversational Recommendation in the Era of Large
Language Models", EMNLP 2023.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from tastemaker.data.cleaning import Cleaned, Parsed, clean_rows
from tastemaker.data.delimited import RowError
from tastemaker.data.dialogue_corpus import clean_turn, corpus_tables, files_there
from tastemaker.data.dialogues import Dialogue, Turn
from tastemaker.data.files import RawFiles
from tastemaker.data.json_rows import as_id, as_object, as_text, as_texts, parse_row, read_lines
from tastemaker.data.opendialkg_items import ITEMS, Work, read_works
from tastemaker.data.reader import RawTables, Reader
from tastemaker.data.title_forms import ORDINARY_WORDS
from tastemaker.data.title_links import Name, labelled, link_titles, repeated

SPLITS: Final[Mapping[str, str]] = {"test.jsonl": "test", "valid.jsonl": "validation", "train.jsonl": "train"}
"""Published split by file, in the order in which they are read; those that are there."""
LICENCE: Final = (
    "OpenDialKG is published under CC BY-NC 4.0: no commercial use. Cite S. Moon, P. Shah, A. Kumar and R. Subba, "
    '"OpenDialKG: Explainable Conversational Reasoning with Attention-based Walks over Knowledge Graphs", ACL 2019.'
)


@dataclass(frozen=True)
class Reply:
    """A turn that recommends."""

    dialogue_id: str
    place: int
    """Of the turn in its dialogue, from 0."""
    items: tuple[str, ...]
    """Ids of what it recommends, as far as they are in the catalog."""
    split: str


@dataclass(frozen=True)
class Names:
    """The titles of all items, and what is no sign of one."""

    ids: Mapping[str, str]
    """By title as published, which is how a line names an item."""
    titles: Mapping[str, str]
    """By id."""
    ordinary: frozenset[str]

    @classmethod
    def of(cls, works: tuple[Work, ...]) -> "Names":
        """The names of `items.json`; a genre ("Drama", "Mystery") is an ordinary word, too."""
        ids: dict[str, str] = {}
        for work in works:
            ids.setdefault(work.name, work.item.item_id)
        genres = {genre.casefold() for work in works for genre in work.item.values("genre")}
        return cls(ids, {item_id: clean_turn(name).value for name, item_id in ids.items()}, ORDINARY_WORDS | genres)

    def labelled(self, items: tuple[str, ...]) -> list[Name]:
        """What to look for in a reply that recommends `items`."""
        return [labelled(self.titles[item], item, self.ordinary) for item in items]

    def repeated(self, items: tuple[str, ...]) -> list[Name]:
        """What to look for in later turns."""
        names = (repeated(self.titles[item], item, self.ordinary) for item in items)
        return [name for name in names if name]


@dataclass(frozen=True)
class Talks:
    """What the lines read so far tell."""

    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of every dialogue the turns of its longest line."""
    replies: dict[tuple[str, int], Reply] = field(default_factory=dict)
    """By dialogue and place."""

    def add(self, reply: Reply, texts: tuple[str, ...]) -> None:
        """Add a line, `texts` being its turns with the reply at the end.

        Raises:
            RowError: it contradicts or repeats one before it.
        """
        known = self.texts.get(reply.dialogue_id, texts)
        common = min(len(known), len(texts))
        if known[:common] != texts[:common]:
            raise RowError("differs from the dialogue's lines before it")
        if (reply.dialogue_id, reply.place) in self.replies:
            raise RowError("duplicate")
        if len(known) % 2 != len(texts) % 2:
            raise RowError("reply is the user's turn in the dialogue's lines before it")
        self.replies[reply.dialogue_id, reply.place] = reply
        self.texts[reply.dialogue_id] = max(known, texts, key=len)


def needed_files(files: RawFiles) -> tuple[str, ...]:
    """Names of the files that are read.

    Raises:
        DataError: there are no items or no turns.
    """
    return files_there(files, (ITEMS,), tuple(SPLITS))


def read(files: RawFiles) -> RawTables:
    """Read and clean items and turns.

    Raises:
        DataError: a file is missing, empty or damaged, or holds no usable row.
    """
    _, *file_names = needed_files(files)
    works = read_works(files)
    names, talks = Names.of(works.values), Talks()
    cleaned = [_replies(files, name, names, talks) for name in file_names]
    tables = corpus_tables((work.item for work in works.values), list(dialogues(talks, names)))
    return RawTables(tables, (works, *cleaned))


def parse_reply(names: Names, talks: Talks, split: str, fields: Mapping[str, str]) -> Parsed[Reply]:
    """Parse one line, and add it to `talks`.

    Raises:
        RowError: the line is no reply, or has an empty turn, or does not go with the lines before it.
    """
    row = as_object(parse_row(fields), "turn")
    dialogue_id = as_id(row.get("dialog_id"), "dialog_id")
    raw = (*as_texts(row.get("context"), "context"), as_text(row.get("resp"), "resp"))
    cleaned = [clean_turn(text) for text in raw]
    texts = tuple(turn.value for turn in cleaned)
    if not all(texts):
        raise RowError("empty turn")
    recommended = as_texts(row.get("rec"), "rec")
    items = tuple(dict.fromkeys(names.ids[title] for title in recommended if title in names.ids))
    reply = Reply(dialogue_id, len(texts) - 1, items, split)
    talks.add(reply, texts)
    repairs = [repair for turn in cleaned for repair in turn.repairs]
    if not names.ids.keys() >= set(recommended):
        repairs.append("recommended title of no item")
    if set(items) - link_titles(texts[-1], names.labelled(items))[1]:
        repairs.append("recommended title not in the reply")
    return Parsed(reply, tuple(dict.fromkeys(repairs)))


def dialogues(talks: Talks, names: Names) -> Iterator[Dialogue]:
    """Yield every dialogue with its mentions."""
    for dialogue_id, texts in talks.texts.items():
        earlier: dict[str, Name] = {}
        turns = []
        for place, text in enumerate(texts):
            reply = talks.replies.get((dialogue_id, place))
            here = names.labelled(reply.items) if reply else []
            linked, _ = link_titles(text, (*here, *earlier.values()))
            speaker = "user" if (len(texts) - place) % 2 == 0 else "assistant"
            turns.append(Turn(speaker, linked, split=reply.split if reply else None))
            earlier |= {name.item_id: name for name in names.repeated(reply.items if reply else ())}
        yield Dialogue(dialogue_id, tuple(turns))


def _replies(files: RawFiles, name: str, names: Names, talks: Talks) -> Cleaned[Reply]:
    parse = partial(parse_reply, names, talks, SPLITS[name])
    return clean_rows(files.where(name), read_lines(files, name), parse, lambda reply: (reply.dialogue_id, reply.place))


READER: Final = Reader(wheel=None, licence=LICENCE, counts={}, needed=needed_files, read=read)
