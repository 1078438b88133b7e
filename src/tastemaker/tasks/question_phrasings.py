"""What the assistant says beside reasons: clarifying questions, the words before a recommendation, and farewells."""

from typing import Final

from tastemaker.tasks.phrasings import Phrasings

QUESTIONS: Final = Phrasings(
    train=(
        "What are you in the mood for: a certain {names}, or something like a favourite of yours?",
        "Gladly. Is there a {names} you would like?",
        "Do you have a {names} in mind?",
        "Which {names} do you feel like today?",
        "Happy to help. What {names} do you prefer?",
        "Could you name a {noun} that you liked?",
        "Which {noun} did you enjoy most of late?",
        "Tell me a favourite {noun} of yours, or a {names}.",
        "Sure. Any {names} you want, or do not want?",
        "To find the right one: which {names} suits you?",
        "What was the last {noun} that you loved?",
        "Is there a {noun} you would like something similar to?",
        "Of course. What should it be like: any wish as to {names}?",
    ),
    test=(
        "With pleasure. What {names} would you like?",
        "Can you tell me a {noun} you enjoyed, or a {names}?",
        "Which {noun} should it be similar to?",
        "Any particular {names} tonight?",
    ),
)

LEADS: Final = Phrasings(
    train=("", "", "", "How about", "Try", "You might enjoy", "I would go for", "My pick:", "Have a look at"),
    test=("", "Perhaps", "I suggest"),
)
"""Before a first recommendation."""

NEXT_LEADS: Final = Phrasings(
    train=("", "", "Then how about", "In that case, try", "All right:", "Then I would go for", "Then maybe"),
    test=("", "Understood:", "Then I suggest"),
)
"""Before a recommendation that follows one turned down."""

FAREWELLS: Final = Phrasings(
    train=(
        "You are welcome. Bye!",
        "My pleasure. Enjoy it!",
        "Glad to help. Have a good time with it!",
        "Gladly. Goodbye!",
        "You are welcome, and come back any time.",
        "Enjoy it, and goodbye!",
        "Happy to help. Until next time!",
    ),
    test=("With pleasure. Goodbye!", "You are welcome. Have a nice day!", "I hope you enjoy it. Bye!"),
)
"""To who takes what was recommended."""
