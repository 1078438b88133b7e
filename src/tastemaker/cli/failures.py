"""Failures become one line on stderr and an exit code: 1 for bad input, 130 for Ctrl-C. Any other is a bug and shows.

Usage errors (an unknown option, a missing argument) are typer's: exit code 2.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from tastemaker.errors import TastemakerError

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def one_line_failures(
    after_interrupt: Callable[[], str] = lambda: "Nothing is left half written.",
) -> Iterator[None]:
    """Run a block of the command line.

    Args:
        after_interrupt: says what to do after Ctrl-C.

    Raises:
        SystemExit: the block failed; its line is printed.
    """
    try:
        yield
        sys.stdout.flush()
    except TastemakerError as error:
        _leave(f"error: {error}", 1)
    except KeyboardInterrupt:
        _leave(f"interrupted. {after_interrupt()}", 130)
    except BrokenPipeError:
        # The reader of our output has gone, as in `tastemaker recommend … | head`; spare it the flush at exit, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as error:
        _leave(f"error: {describe(error)}", 1)


def describe(error: OSError) -> str:
    """What the operating system refused, where, and what to do."""
    place = f"{error.filename}: " if error.filename else ""
    if error.errno in _FULL:
        return f"{place}no space left on the disk. Free some; a training run then goes on with --resume."
    return f"{place}{(error.strerror or str(error)).lower()}. Check the path and its permissions."


def _leave(line: str, code: int) -> None:
    one_line = " ".join(line.split())
    Console(stderr=True).print(one_line, style="bold red", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(code) from None
