"""A model in one GGUF file, as llama.cpp reads them, turned once into a folder in the Hugging Face layout.

Reading the file takes half a minute for 135 million parameters, reading the folder under a second, so the folder is
kept in the cache under the file's checksum. Quantised weights are multiplied out to 32 bits.
"""

import hashlib
import re
import struct
import tempfile
from pathlib import Path
from typing import Any, Final

import torch
import transformers
from gguf import GGUFReader
from tokenizers import Tokenizer, pre_tokenizers
from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES

from tastemaker.data.download import PART, Say, cache_folder
from tastemaker.errors import DownloadError, RecipeError, first_line

MAGIC: Final = b"GGUF"
NO_ARCHITECTURES: Final = ("general", "tokenizer")
"""Groups of a file's fields, which transformers lists among the architectures."""
_BROKEN: Final = (ValueError, KeyError, IndexError, TypeError, OverflowError, MemoryError, struct.error)
"""What the reader of the format raises where a file ends too early or holds nonsense."""
_FAILURES: Final = (*_BROKEN, AttributeError, RuntimeError, NotImplementedError, ImportError)


def converted_gguf(path: Path, say: Say) -> Path:
    """Folder in the cache with the model of a GGUF file, converted first where it is not there.

    Raises:
        RecipeError: no GGUF file, a truncated one, or one that cannot be converted.
        DownloadError: the cache cannot be written.
    """
    _check_magic(path)
    with path.open("rb") as file:
        place = converted_place(path.name, hashlib.file_digest(file, "sha256").hexdigest())
    if place.is_dir():
        return place
    fields = _fields(path)
    say(f"Converting {path.name} to safetensors into {place}, once; this takes about half a minute per 100 MB …")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=PART, dir=place.parent) as part:
            new = Path(part) / place.name
            # What is random in it must not move the generator on that a training run has seeded.
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)
                _convert(path, fields, new)
            # Another run may have been quicker.
            return place if place.is_dir() else new.replace(place)
    except OSError as error:
        raise DownloadError(
            f"{place}: could not write the converted {path.name} there ({error}). "
            "Free some space, or set TASTEMAKER_CACHE to another folder."
        ) from None


def converted_place(name: str, checksum: str) -> Path:
    """Where the conversion of a file of that name and SHA-256 is kept."""
    return cache_folder() / f"{Path(name).stem}-{checksum[:16]}"


def _check_magic(path: Path) -> None:
    try:
        with path.open("rb") as file:
            found = file.read(len(MAGIC))
    except OSError as error:
        raise RecipeError(f"{path}: expected a GGUF file, found none that opens ({error.strerror}).") from None
    if found != MAGIC:
        raise RecipeError(
            f"{path}: expected a GGUF file, which begins with {MAGIC!r}, found {found!r}. "
            "Give a .gguf file, or a folder in the Hugging Face layout."
        )


def _fields(path: Path) -> dict[str, Any]:
    """What the file says of itself, once it is known to be whole and of an architecture that converts."""
    try:
        reader = GGUFReader(path)
        names = ("general.architecture", "tokenizer.ggml.pre")
        fields = {name: found.contents() for name in names if (found := reader.get_field(name))}
    except _BROKEN as error:
        raise RecipeError(
            f"{path}: expected a whole GGUF file, found one of {path.stat().st_size:,} bytes that is truncated or "
            f"damaged ({first_line(error)}). Fetch it again."
        ) from None
    known = {_plain(name): name for name in GGUF_SUPPORTED_ARCHITECTURES if name not in NO_ARCHITECTURES}
    if _plain(str(fields.get("general.architecture"))) not in known:
        raise RecipeError(
            f"{path}: expected a GGUF file of an architecture that transformers {transformers.__version__} reads "
            f"({', '.join(sorted(known.values()))}), found {fields.get('general.architecture')!r}. Give the model as a "
            "folder in the Hugging Face layout."
        )
    return fields


def _plain(architecture: str) -> str:
    """The two libraries differ in hyphens and underscores."""
    return re.sub("[-_]", "", architecture)


def _convert(path: Path, fields: dict[str, Any], folder: Path) -> None:
    try:
        source: dict[str, Any] = {"gguf_file": path.name, "local_files_only": True}
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(path.parent), **source)
        is_t5 = "t5" in fields["general.architecture"]
        kind = transformers.AutoModelForSeq2SeqLM if is_t5 else transformers.AutoModelForCausalLM
        loaded: Any = kind.from_pretrained(str(path.parent), dtype=torch.float32, output_loading_info=True, **source)
        model, told = loaded
        if lacking := sorted(told["missing_keys"]):
            raise RecipeError(
                f"{path}: expected all weights of the model in this one file, found {len(lacking)} missing, the first "
                f"for {lacking[0]}. Give the whole model, its parts merged, or a folder in the Hugging Face layout."
            )
        if len(tokenizer) > model.config.vocab_size:
            # The conversion invents special tokens where the file has none of the usual names.
            model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
        # Else weights are saved as still quantised.
        model.hf_quantizer = None
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
        _split_digits(tokenizer.backend_tokenizer, fields.get("tokenizer.ggml.pre"))
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    except _FAILURES as error:
        raise RecipeError(
            f"{path}: expected a GGUF file that transformers {transformers.__version__} converts, found one that it "
            f"does not ({type(error).__name__}: {first_line(error)}). Give the model as a folder in "
            "the Hugging Face layout."
        ) from None


def _split_digits(tokenizer: Tokenizer, rule: str | None) -> None:
    """SmolLM reads numbers digit by digit, which the conversion forgets: it shows behind several spaces."""
    if rule == "smollm":
        parts = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(parts)
