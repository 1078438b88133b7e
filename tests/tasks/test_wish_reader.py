from tastemaker.data.dataset import Dataset
from tastemaker.data.fact_numbers import FactNumbers
from tastemaker.data.facts import FactExtractor
from tastemaker.tasks.example import Earlier, History, Reply, Text
from tastemaker.tasks.wish_reader import WishReader


def test_it_numbers_what_the_user_asks_for_and_refuses(shop: Dataset) -> None:
    numbers = FactNumbers(shop.catalog).numbers
    context = (
        History(()),
        Text("A comedy, but no horror", "user"),
        Earlier(Reply("Or a western?")),
        Text("from the 70s", "user"),
    )
    wishes = (("genre", "Comedy"), ("not genre", "Horror"), ("decade", "1970s"))
    assert WishReader(FactExtractor(shop.catalog), numbers)(context) == tuple(numbers[fact] for fact in wishes)


def test_what_no_item_has_is_left_out(shop: Dataset) -> None:
    context = (Text("something from 2030, a drama", "user"),)
    numbers = FactNumbers(shop.catalog).numbers
    assert WishReader(FactExtractor(shop.catalog), numbers)(context) == (numbers["genre", "Drama"],)
