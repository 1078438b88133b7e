#!/usr/bin/env bash
# Make .venv and install the pinned dependencies: `scripts/setup.sh` to use the package, `scripts/setup.sh dev` to work on
# it. An up-to-date .venv is left as it is; one whose set-up broke off is made anew. PYTHON=... chooses the interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."

extras=${1:-}
venv=.venv
unfinished=$venv/setup-unfinished
torch_cpu_index=https://download.pytorch.org/whl/cpu
torch_version=$(sed -n 's/^torch==//p' constraints.txt)

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
        if is_recent "$candidate"; then echo "$candidate"; return; fi
    done
    fail "expected Python 3.11 or newer, found ${PYTHON:-$(python3 --version 2>/dev/null || echo none)}." \
        "Install one, e.g. sudo apt-get install python3.11 python3.11-venv, or say PYTHON=/path/to/python3.11."
}

check_venv_module() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    local version
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    fail "$1 lacks the venv module. Install it: sudo apt-get install python$version-venv"
}

# The stamp says which pins, which declared dependencies and which folder .venv was made for.
fingerprint() {
    "$1" -c '
import hashlib, pathlib, sys
files = b"".join(pathlib.Path(name).read_bytes() for name in sys.argv[1:])
print(hashlib.sha256(files + str(pathlib.Path.cwd()).encode()).hexdigest())' constraints.txt pyproject.toml
}

has_stamp() { [ ! -e "$unfinished" ] && [ "$(cat "$venv/setup-stamp$1" 2>/dev/null)" = "$stamp" ]; }

make_venv() {
    if [ -e "$unfinished" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        rm -rf "$venv"
    fi
    [ -d "$venv" ] || check_venv_module "$1"
    mkdir -p "$venv"
    touch "$unfinished"
    [ -x "$venv/bin/python" ] || "$1" -m venv "$venv"
}

# On a terminal pip shows what it fetches and how far it is; a log gets its errors only.
quiet=-qq
if [ -t 2 ]; then quiet=; fi
pip() { "$venv/bin/python" -m pip --disable-pip-version-check $quiet "$@"; }

wants_cpu_torch() {
    [ "$(uname -s)" = Linux ] && [ ! -e /proc/driver/nvidia/version ] && ! nvidia-smi -L >/dev/null 2>&1
}

# On Linux the default index has a CUDA build of several GB; without an NVIDIA GPU the CPU build does the same.
install_cpu_torch() {
    local build="torch==$torch_version+cpu"
    case "$(quiet='' pip index versions torch 2>/dev/null)" in
    *" $torch_version+cpu"*) pip install --no-deps "$build" && return ;;
    esac
    say "torch: trying PyTorch's index of CPU builds"
    PIP_RETRIES=0 pip install --no-deps --timeout 15 --index-url "$torch_cpu_index" "$build" 2>/dev/null && return
    say "torch: no CPU build within reach; the default one follows, with CUDA: several GB more"
    return 1
}

install_everything() {
    if wants_cpu_torch; then
        say "downloads about 500 MB (CPU build of torch), less what is there already; takes a few minutes"
        install_cpu_torch || pip install -c constraints.txt "torch==$torch_version"
    else
        say "downloads about 500 MB, and with CUDA several GB more, less what is there already; takes some minutes"
        pip install -c constraints.txt "torch==$torch_version"
    fi
    # The build of the package itself is pinned through the environment: by PIP_CONSTRAINT, from pip 25.3 on by the other.
    PIP_CONSTRAINT=$PWD/constraints.txt PIP_BUILD_CONSTRAINT=$PWD/constraints.txt \
        pip install -c constraints.txt --editable ".${extras:+[$extras]}"
}

python=$(find_python)
stamp=$(fingerprint "$python")
if has_stamp "$extras" || has_stamp dev; then exit 0; fi
make_venv "$python"
install_everything
echo "$stamp" >"$venv/setup-stamp$extras"
rm "$unfinished"
say "done: $venv"
