"""The Python API is found at its first use; until then `import tastemaker` stays cheap."""

import subprocess
import sys

import pytest

import tastemaker
from tastemaker.cli import recipe


@pytest.mark.parametrize("statement", ["import tastemaker", "import tastemaker.cli.main"])
def test_import_loads_neither_torch_nor_tables(statement):
    program = f"import sys; {statement}; print(sorted({{'torch', 'polars', 'sklearn'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_api_is_what_it_says():
    assert tastemaker.read_recipe is recipe.read_recipe
    assert set(tastemaker.__all__) == {
        *(
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
        )
    }


def test_stages_are_the_api(monkeypatch):
    stages = pytest.importorskip("tastemaker.cli.stages")
    for name in ("evaluate", "load", "prepare", "train"):
        assert getattr(tastemaker, name) is getattr(stages, name)


def test_an_unknown_name():
    with pytest.raises(AttributeError) as caught:
        tastemaker.recommend  # noqa: B018 - the access is what is tested
    assert str(caught.value) == (
        "module 'tastemaker' has no attribute 'recommend'; "
        "it has LOG_FORMATS, LOG_PRESETS, ClassifierHead, Log, ModuleHead, MultiTaskModel, RatingHead, TokenHead, "
        "__version__, affinity, compare, evaluate, load, prepare, prepare_log, preset_fields, read_recipe, train, tune."
    )
