"""What a task needs of its data set, asked before the first example."""

from tastemaker.data.dataset import Dataset
from tastemaker.errors import DataError


def need_interactions(dataset: Dataset, task: str) -> None:
    """Refuse a data set of texts alone, in which a task that predicts from behaviour would find no example.

    Raises:
        DataError: there is no interaction.
    """
    if not len(dataset.items):
        raise DataError(
            f"{dataset.config.path}: task {task!r} needs interactions, found none in interactions.parquet. "
            f"Remove [tasks.{task}] from the recipe, or prepare a data set that has some."
        )
