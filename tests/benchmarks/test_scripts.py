"""Scripts run by their path, too: an editable install puts on the path what `pyproject.toml` says."""

import os
import subprocess
import sys
import tomllib

import pytest

from benchmarks.result import ROOT


@pytest.mark.parametrize("script", ["table", "ranking"])
def test_a_script_runs_by_its_path(script: str) -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    path = os.pathsep.join(str((ROOT / folder).resolve()) for folder in build["dev-mode-dirs"])
    done = subprocess.run(
        [sys.executable, f"benchmarks/{script}.py", "--help"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith(f"usage: {script}.py"), done.stderr
