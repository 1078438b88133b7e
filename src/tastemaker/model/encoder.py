"""The encoder family: any Transformer of transformers that is made like BERT, such as BERT, MiniLM, MPNet or RoBERTa.

Attention runs in both directions, so that a state knows what stands behind its position as well: what is to be told
stands as `<mask>` (`tastemaker.model.masking`), which is the pretrained model's own token for that. It reads, ranks,
rates and classifies; there is no direction in which it could write.

Source:
    Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", NAACL 2019.
    Sun et al., "BERT4Rec: Sequential Recommendation with Bidirectional Encoder Representations from Transformer",
    CIKM 2019.
"""

from typing import Final, NoReturn

import torch
from torch import Tensor, nn
from transformers import AutoModel, PreTrainedConfig

from tastemaker.model.adaptation import adapt
from tastemaker.model.anatomy import Anatomy
from tastemaker.model.backbone import Cache, Places
from tastemaker.model.config import ModelConfig
from tastemaker.model.token_table import TokenTable

OWN_DROPOUTS: Final = (
    ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout")
    + ("embedding_dropout", "mlp_dropout")
)  # fmt: skip
"""What configurations of encoders call the dropout between and within their layers."""


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
        self.tokens = TokenTable(vocabulary, self.width)
        self.dropout = nn.Dropout(config.dropout)
        adapt(self.trunk, config)
        self.tokens.words.requires_grad_(config.adaptation == "full")

    def token_vectors(self) -> Tensor:
        """See `Backbone.token_vectors`."""
        return self.tokens.weight

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


def _sizes(anatomy: Anatomy, dropout: float) -> PreTrainedConfig:
    """The configuration of the trunk: no more dropout than the recipe's, and a vocabulary that ends with padding.

    Where positions are counted from behind the id of padding, as RoBERTa does, that id must be known.
    """
    sizes: PreTrainedConfig = anatomy.built()
    padding = anatomy.config.get("pad_token_id") or 0
    sizes.pad_token_id, sizes.vocab_size = padding, padding + 1
    for name in OWN_DROPOUTS:
        if isinstance(getattr(sizes, name, None), float):
            setattr(sizes, name, min(getattr(sizes, name), dropout))
    return sizes
