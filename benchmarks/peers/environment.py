"""An environment for each peer's library, made once and stamped with the versions that it holds."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from benchmarks.result import ROOT

REQUIREMENTS: Final = Path(__file__).resolve().parent / "requirements"
ENVIRONMENTS: Final = ROOT / "runs" / "peers"


def ensure_environment(library: str, environments: Path = ENVIRONMENTS) -> Path:
    """Make the environment of a library unless it stands with these versions; returns its Python.

    Raises:
        SystemExit: pip failed; the message names the command.
    """
    place, pins = environments / library / "venv", REQUIREMENTS / f"{library}.txt"
    python, stamp = place / "bin" / "python", place / "requirements.txt"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != pins.read_text(encoding="utf-8"):
        print(f"{library}: making {place}", flush=True)
        shutil.rmtree(place, ignore_errors=True)
        for command in commands(python, pins):
            if subprocess.run(command, cwd=ROOT, check=False).returncode:
                raise SystemExit(f"{library}: `{' '.join(command)}` failed; see above.")
        shutil.copyfile(pins, stamp)
    return python


def commands(python: Path, pins: Path) -> list[list[str]]:
    """What makes an environment. PyTorch goes first and alone, so that no other package chooses its build."""
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    torch = [line for line in pins.read_text(encoding="utf-8").splitlines() if line.startswith("torch==")]
    first = [[*install, *torch]] if torch else []
    return [[sys.executable, "-m", "venv", str(python.parents[1])], *first, [*install, "--requirement", str(pins)]]
