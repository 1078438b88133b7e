"""Tastemaker: one language model that recommends, explains and converses, trained jointly on your own data.

The Python API is `prepare`, `prepare_log` of a `Log`, `read_recipe`, `train`, `tune`, `affinity`, `evaluate`, `compare`
and `load`; each is imported at its first use, so that `import tastemaker` costs nothing. Apart from these stands
`MultiTaskModel`, any Transformer with several heads.
"""

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tastemaker.cli.comparing import compare
    from tastemaker.cli.recipe import read_recipe
    from tastemaker.cli.relatedness import affinity
    from tastemaker.cli.stages import evaluate, load, prepare, train
    from tastemaker.cli.tuning import tune
    from tastemaker.data.log import Log
    from tastemaker.data.log_formats import LOG_FORMATS
    from tastemaker.data.log_presets import LOG_PRESETS, preset_fields
    from tastemaker.data.prepare_log import prepare_log
    from tastemaker.model.multi_task import MultiTaskModel
    from tastemaker.model.task_heads import ClassifierHead, ModuleHead, RatingHead, TokenHead

__version__ = "0.1.0"

__all__ = [
    "LOG_FORMATS",
    "LOG_PRESETS",
    "ClassifierHead",
    "Log",
    "ModuleHead",
    "MultiTaskModel",
    "RatingHead",
    "TokenHead",
    "__version__",
    "affinity",
    "compare",
    "evaluate",
    "load",
    "prepare",
    "prepare_log",
    "preset_fields",
    "read_recipe",
    "train",
    "tune",
]

_HOMES: Final = {
    "LOG_FORMATS": "tastemaker.data.log_formats",
    "LOG_PRESETS": "tastemaker.data.log_presets",
    "ClassifierHead": "tastemaker.model.task_heads",
    "Log": "tastemaker.data.log",
    "ModuleHead": "tastemaker.model.task_heads",
    "MultiTaskModel": "tastemaker.model.multi_task",
    "RatingHead": "tastemaker.model.task_heads",
    "TokenHead": "tastemaker.model.task_heads",
    "affinity": "tastemaker.cli.relatedness",
    "compare": "tastemaker.cli.comparing",
    "evaluate": "tastemaker.cli.stages",
    "load": "tastemaker.cli.stages",
    "prepare": "tastemaker.cli.stages",
    "prepare_log": "tastemaker.data.prepare_log",
    "preset_fields": "tastemaker.data.log_presets",
    "read_recipe": "tastemaker.cli.recipe",
    "train": "tastemaker.cli.stages",
    "tune": "tastemaker.cli.tuning",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import the part of the API that is asked for."""
        if name not in _HOMES:
            raise AttributeError(f"module 'tastemaker' has no attribute {name!r}; it has {', '.join(__all__)}.")
        return getattr(importlib.import_module(_HOMES[name]), name)
