import pytest

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.example import Card, Evidence, Recommended, Reply
from tastemaker.tasks.explanation import Explanation
from tastemaker.tasks.reason_forms import is_worded

ONE = Evidence("liked Heat (1995), 5 stars; shares action, thriller; both 1990s")
TWO = Evidence("liked Heat (1995), 5 stars; liked Speed (1994), 4 stars; shares action; all 1990s")
ASKED = Evidence("liked Babe (1995), 4 stars; shares children's; asked children's, 1990s, no war")
CARD = Card("Alien (1979): action, thriller, children's")


@pytest.mark.parametrize("split", list(Split))
@pytest.mark.parametrize("task", [Explanation(), Dialogue()])
def test_every_simulated_reason_is_worded(cinema: Dataset, task: Explanation | Dialogue, split: Split) -> None:
    judged = 0
    for example in task.examples(cinema, split):
        last, reply = example.context[-1], example.target
        assert isinstance(reply, Reply)
        slot = last if isinstance(last, Recommended) else reply.slot
        if slot and slot.evidence:
            assert is_worded(reply.reason, slot.evidence, slot.card), reply.reason
            judged += 1
    assert judged > 5


@pytest.mark.parametrize(
    ("reason", "evidence"),
    [
        ("You gave Heat (1995) 5 stars, and it is a thriller too.", ONE),
        ("You liked Heat (1995), and it is an action and thriller film too.", ONE),
        ("you gave heat (1995) 5 stars, and Alien (1979) comes from the 1990s as well.", ONE),
        ("You liked Heat (1995) and Speed (1994), and it has their action feel, again from the 1990s.", TWO),
        ("You asked for a children's film from the 1990s with no war fare, and it fits.", ASKED),
        ("You asked for a children's film, and this is one.", ASKED),
        ("A children's film, as you wished. You liked Babe (1995), and it is another film from the 1990s.", ASKED),
    ],
)
def test_wordings_and_their_halves_may_be_joined(reason: str, evidence: Evidence) -> None:
    assert is_worded(reason, evidence, CARD)


@pytest.mark.parametrize(
    ("reason", "evidence"),
    [
        ("You liked both Heat (1995) and Speedeed (1994), and it has their action feel.", TWO),
        ("You liked both Heat (1995), and it liked well.", TWO),
        ("You liked both Heat (1995) and 4 stars for Speed (1994), and it has their action feel.", TWO),
        ("You liked Heat (1995), and it has their action feel.", ONE),
        ("You gave Heat (1995) 5 stars, and it is an action and action film too.", ONE),
        ("You gave Heat (1995) 5 stars, and it is an action and film too.", ONE),
        ("You gave Heat (1995) both date from the 1990s.", ONE),
        ("You gave Casablanca (1942) 5 stars, and it is a thriller too.", ONE),
        ("It is a thriller from the this one.", ONE),
        ("You asked for a no war, and it fits.", ASKED),
        ("A 1990s, as you wished.", ASKED),
        ("", ONE),
    ],
)
def test_torn_reasons_are_not(reason: str, evidence: Evidence) -> None:
    assert not is_worded(reason, evidence, CARD)
