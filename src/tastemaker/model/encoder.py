"""The encoder family: any Transformer of transformers that is made like BERT, such as BERT, MiniLM, MPNet or RoBERTa.

Attention runs in both directions, so that a state knows what stands behind its position as well: what is to be told
stands as `<mask>` (`tastemaker.model.masking`), which is the pretrained model's own token for that. It reads, ranks,
rates and classifies; there is no direction in which it could write.

Source:
    Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", NAACL 2019.
    Sun et al., "BERT4Rec: Sequential Recommendation with Bidirectional Encoder Representations from Transformer",
    CIKM 2019.
"""

from dataclasses import replace
from typing import Final, NoReturn

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig

from tastemaker.model.adaptation import adapt
from tastemaker.model.anatomy import Anatomy, with_layers
from tastemaker.model.backbone import Cache, Places
from tastemaker.model.config import ModelConfig
from tastemaker.model.token_table import TokenTable
from tastemaker.model.tokenizer import MARKERS

PROBED: Final = 8
"""Positions of the row that is read to see whether a model fits."""


class Encoder(nn.Module):
    """A Transformer that reads in both directions, under our own token table; its pooler is left out."""

    reads_ahead = True
    writes = False

    def __init__(self, config: ModelConfig, vocabulary: int, anatomy: Anatomy) -> None:
        super().__init__()
        sizes = _sizes(anatomy, config.dropout)
        self.trunk = AutoModel.from_config(sizes, dtype=torch.float32)  # type: ignore[no-untyped-call]
        self.trunk.set_input_embeddings(nn.Identity())
        if getattr(self.trunk, "pooler", None) is not None:
            self.trunk.pooler = None
        self.width = int(sizes.hidden_size)
        self.tokens = TokenTable(vocabulary, self.width, words_learn=config.adaptation == "full")
        self.dropout = nn.Dropout(config.dropout)
        adapt(self.trunk, config)

    def token_vectors(self, tokens: Tensor) -> Tensor:
        """See `Backbone.token_vectors`."""
        vectors: Tensor = self.tokens(tokens)
        return vectors

    def text_logits(self, states: Tensor) -> NoReturn:
        """There are none."""
        raise NotImplementedError("an encoder does not write; recipes that ask it to are refused")

    def forward(self, embeddings: Tensor, places: Places) -> Tensor:
        """See `Backbone.__call__`."""
        read = self.trunk(inputs_embeds=self.dropout(embeddings), attention_mask=places.mask.long())
        states: Tensor = self.dropout(read.last_hidden_state)
        return states

    def read(self, embeddings: Tensor, places: Places, cache: Cache | None = None) -> NoReturn:
        """What is behind a position changes the states before it, so none can be kept."""
        raise NotImplementedError("an encoder cannot read on behind a cache; recipes that need it to are refused")


@torch.no_grad()
def reads_rows(anatomy: Anatomy) -> bool:
    """Whether a model of this kind can be fed with vectors, and its states are the same beside padding.

    Not all do: FNet and ConvBERT mix in what padding holds, and others want rows of one length. One layer tells.
    """
    try:
        one = replace(anatomy, config=with_layers(AutoConfig.for_model(**anatomy.config), [0]))
        with torch.random.fork_rng():
            backbone = Encoder(ModelConfig(dropout=0.0, adaptation="full"), len(MARKERS), one).eval()
            rows = torch.randn(2, PROBED, backbone.width)
        mask = torch.arange(PROBED) < torch.tensor([[PROBED], [PROBED // 2]])
        padded, alone = (backbone(part, Places(it, it.sum(1))) for part, it in ((rows, mask), _alone(rows, mask)))
    except Exception:  # noqa: BLE001 - every kind of model fails in a way of its own
        return False
    return torch.allclose(padded[1:, : PROBED // 2], alone, atol=1e-4)


def _alone(rows: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """The second row without its padding."""
    return rows[1:, : PROBED // 2], mask[1:, : PROBED // 2]


def _sizes(anatomy: Anatomy, dropout: float) -> PreTrainedConfig:
    """The configuration of the trunk: no more dropout than the recipe's, and a vocabulary that ends with padding.

    Where positions are counted from behind the id of padding, as RoBERTa does, that id must be known.
    """
    sizes = anatomy.built(dropout)
    padding = anatomy.config.get("pad_token_id") or 0
    sizes.pad_token_id, sizes.vocab_size = padding, padding + 1
    return sizes
