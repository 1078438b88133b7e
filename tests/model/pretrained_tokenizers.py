"""Tiny tokenizers of every type that pretrained models have, trained on a few sentences."""

import json
from collections.abc import Callable
from typing import Final

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

TEXT: Final = """the a man woman who sings sang singing dances danced dancing in on rain reign night knight nightly of
and lover love loves lovely movie movies moving 1995 2001 user assistant system zxq under understand standing stand"""
WORDS: Final = tuple(TEXT.split())
SENTENCES: Final = tuple(" ".join(WORDS[start : start + 7]) + "." for start in range(len(WORDS))) * 3
CHAT: Final = ("<|im_start|>", "<|im_end|>")
INST: Final = ("<s>", "</s>", "[INST]", "[/INST]")


def byte_level(specials: tuple[str, ...] = CHAT, size: int = 420) -> Tokenizer:
    """As GPT-2, SmolLM2 and Qwen have it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.add_special_tokens([*specials])
    tokenizer.add_tokens(["<tool>"])
    start = (specials[0], tokenizer.token_to_id(specials[0]))
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{specials[0]} $A", special_tokens=[start])
    tokenizer.enable_truncation(12)
    tokenizer.enable_padding(length=12)
    return tokenizer


def whole_words() -> Tokenizer:
    """As Llama-3 has it: a word that is in the vocabulary is taken whole, whatever the merges say."""
    tokenizer = byte_level()
    split = pre_tokenizers.Split(Regex(r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+"), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(False, use_regex=False)])
    tokenizer.model.ignore_merges = True
    return tokenizer


def sentencepiece_bpe() -> Tokenizer:
    """As Llama-2 and Mistral have it: spaces are part of the text, and bytes spell what is unknown."""
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    trainer = trainers.BpeTrainer(vocab_size=500, special_tokens=["<unk>", *INST[:2], *bytes_], show_progress=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.pre_tokenizer = None  # type: ignore[assignment]
    # Of the trainer's special tokens, bytes are plain pieces.
    return without_added(tokenizer, bytes_)


def without_added(tokenizer: Tokenizer, names: list[str]) -> Tokenizer:
    """The tokenizer, in which these names are no longer looked for in text."""
    document = json.loads(tokenizer.to_str())
    document["added_tokens"] = [token for token in document["added_tokens"] if token["content"] not in names]
    return Tokenizer.from_str(json.dumps(document))


def word_piece() -> Tokenizer:
    """As BERT has it."""
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=150, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return tokenizer


def unigram() -> Tokenizer:
    """As T5 has it."""
    words = [f"▁{word}" for word in WORDS]
    parts = {word[start:end] for word in words for start in range(len(word)) for end in range(start + 2, len(word) + 1)}
    pieces = [(part, -3 - at % 89 / 20) for at, part in enumerate(sorted(parts))]
    letters = [(letter, -9 - at / 20) for at, letter in enumerate(sorted(set("".join(words)) | {"."}))]
    tokenizer = Tokenizer(models.Unigram([("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *pieces, *letters], unk_id=2))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>"])
    tokenizer.add_special_tokens([AddedToken("<extra_id_0>")])
    return tokenizer


TOKENIZERS: Final[dict[str, Callable[[], tokenizers.Tokenizer]]] = {
    "byte_level": byte_level,
    "whole_words": whole_words,
    "sentencepiece_bpe": sentencepiece_bpe,
    "word_piece": word_piece,
    "unigram": unigram,
}
LOSSLESS: Final = ("byte_level", "whole_words", "sentencepiece_bpe")

CHATML: Final = (
    "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}{{ '<|im_start|>system\nYou stand "
    "in the rain.<|im_end|>\n' }}{% endif %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA3: Final = (
    "{{ bos_token }}{% for message in messages %}{{ '<|start|>' + message['role'] + '<|stop|>\n\n' + "
    "message['content'] | trim + '<|eot|>' }}{% endfor %}"
)
MISTRAL: Final = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + "
    "'[/INST]' }}{% else %}{{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}"
)


def with_template(tokenizer: Tokenizer, template: str | None, **specials: str) -> PreTrainedTokenizerFast:
    """The tokenizer as transformers has it."""
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, chat_template=template, **specials)
