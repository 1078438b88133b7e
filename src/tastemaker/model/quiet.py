"""Transformers without the bar that it would show for the moment in which weights load."""

from collections.abc import Iterator
from contextlib import contextmanager

from transformers.utils import logging


@contextmanager
def without_bar() -> Iterator[None]:
    """No progress bar of transformers within; one that was on before is on again afterwards."""
    had_bar = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if had_bar:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
