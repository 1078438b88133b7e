"""Sum up what is read: a review in a title, several reviews in a few sentences, an article in a headline."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.tasks.example import Example, History, Segment, Text, Words
from tastemaker.tasks.given import Given
from tastemaker.tasks.item_split import held_out_rows
from tastemaker.tasks.stake import Stake
from tastemaker.tasks.summarised import SOURCES, Kind, Source, Summarised
from tastemaker.tasks.words import check_share, plain, shortened, thinned_anew


@dataclass(frozen=True)
class Summary(Stake):
    """What people wrote who summed up the same; titles such as "Five Stars" are among them.

    The context is the texts and an instruction, nothing of the user or the item. Training leaves out texts that read
    word for word like held-out ones. A headline is the title of its item, which cards, evidence and content vectors
    would tell: while headlines are trained, the titles of held-out items are hidden from all tasks.
    """

    name: str = "summary"
    weight: float = 1.0
    source: Kind | None = None
    """Which texts are summed up; left out, the first of opinions, reviews and news that the data set has."""
    max_words: int = 240
    """Words that are read, from the beginning; several texts have equal shares of them."""
    dropped_words: float = 0.1
    """Share of the words left out in training, drawn anew in every epoch, as is the order of several texts."""
    teaches_read: bool = True
    """Whether training has the texts themselves predicted, too, word by word: titles alone are too few words to learn a
    language from."""
    metrics: tuple[str, ...] = ("rougeL", "rouge1", "rouge2", "bleu1", "bleu", "distinct2", "unique_ratio")
    writes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share("dropped_words", self.dropped_words)

    def withhold(self, dataset: Dataset) -> Dataset:
        """The data set without the titles of held-out items, where these are what is to be written."""
        if self._source(dataset) != "news":
            return dataset
        return dataset.hiding_titles(held_out_rows(dataset.answers))

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield one example per summary."""
        source = SOURCES[self._source(dataset)]
        for number, found in enumerate(self._summarised(dataset, split)):
            texts = list(found.texts)
            if split is Split.TRAIN:
                Random(f"{self.name} {epoch} {number}").shuffle(texts)
                texts = [thinned_anew(text, self.dropped_words, epoch) for text in texts]
            target = Words(found.summary, teaches_read=self.teaches_read and split is Split.TRAIN)
            yield Example(self.name, self._context(source, texts), target, found.cluster)

    def asked(self, given: Given, load: Callable[[], Dataset]) -> tuple[Segment, ...]:
        """Texts that are to be summed up as those of the data set are."""
        texts = given.all_texts(self.name)
        return self._context(SOURCES[self._source(load())], texts)

    def _context(self, source: Source, texts: Sequence[str]) -> tuple[Segment, ...]:
        most = max(1, self.max_words // len(texts))
        instruction = Text(source.instruction, "user", priority=1)
        if source.has_several:
            return (History(()), instruction, *(Text(f" {shortened(text, most)}") for text in texts))
        return (History(()), *(Text(shortened(text, most)) for text in texts), instruction)

    def _summarised(self, dataset: Dataset, split: Split) -> Iterator[Summarised]:
        read = SOURCES[self._source(dataset)].read
        if split is not Split.TRAIN:
            yield from read(dataset, split)
            return
        others = (found for part in Split if part is not split for found in read(dataset, part))
        held_out = {plain(text) for found in others for text in found.texts}
        for found in read(dataset, split):
            if held_out.isdisjoint(map(plain, found.texts)):
                yield found

    def _source(self, dataset: Dataset) -> Kind:
        """Where the summaries are.

        Raises:
            DataError: there are none.
        """
        wanted = (self.source,) if self.source else tuple(SOURCES)
        for kind in wanted:
            if SOURCES[kind].is_there(dataset):
                return kind
        needs = ", or ".join(SOURCES[kind].needs for kind in wanted)
        change = f"Set another tasks.{self.name}.source, or remove" if self.source else "Remove"
        raise DataError(
            f"{dataset.config.path}: task {self.name!r} needs {needs}; found nothing there. {change} "
            f"[tasks.{self.name}] from the recipe."
        )
