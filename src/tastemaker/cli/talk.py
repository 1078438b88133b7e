"""A dialogue in the terminal, or with a script through a pipe."""

import io
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from tastemaker.cli.show import thinking

if TYPE_CHECKING:
    from tastemaker.inference.answers import ChatReply
    from tastemaker.inference.conversation import Conversation
    from tastemaker.inference.held_conversation import HeldConversation

WELCOME = "Say what you are in the mood for. /quit ends."


def talk(conversation: "Conversation | HeldConversation", console: Console) -> None:
    """Answer every line of stdin until it ends or says /quit; an empty one is passed over."""
    is_terminal = sys.stdin.isatty()
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    if is_terminal:
        console.print(Text(WELCOME, style="dim"))
    while (text := _line("you> " if is_terminal else "")) is not None:
        if text:
            with thinking():
                reply = conversation.say(text)
            show_reply(reply, console)


def show_reply(reply: "ChatReply", console: Console) -> None:
    """Print what the model says, and the item that it recommends on a line of its own."""
    console.print(Text.assemble(("tastemaker> ", "bold green"), reply.text))
    if reply.recommended is not None:
        found = reply.recommended
        console.print(Text.assemble("  recommended: ", (found.title, "bold"), (f" (item {found.item_id})", "dim")))


def _line(prompt: str) -> str | None:
    """The next thing said; None at the end."""
    try:
        text = input(prompt).strip()
    except EOFError:
        return None
    return None if text == "/quit" else text
