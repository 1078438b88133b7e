"""The exceptions that a user may see: each message says what was expected, what was found, where, and what to do."""


class TastemakerError(Exception):
    """Base of every error that the command line prints as one line, without a traceback."""


class DataError(TastemakerError):
    """A raw file or a data set on disk is not what a reader expects."""


class DownloadError(TastemakerError):
    """A file that a command fetches could not be had, or its checksum differs."""


class RecipeError(TastemakerError):
    """A recipe or a `--set` override names an unknown key or a value of the wrong type or range."""


class ModelError(TastemakerError):
    """A backbone, a head or a batch that a program hands to a model does not fit."""


class CheckpointError(TastemakerError):
    """A run directory or a checkpoint is missing, truncated, altered, or of a newer version."""


class RequestError(TastemakerError):
    """A request names a user, item or title that does not exist, or that is ambiguous."""


class TrainingError(TastemakerError):
    """Training cannot go on, for example because a loss is not finite."""


def first_line(error: BaseException) -> str:
    """What an exception of a library says, in one line; its type where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
