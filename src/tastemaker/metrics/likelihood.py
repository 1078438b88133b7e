"""How likely the reference texts are to a model, whatever its vocabulary."""

from dataclasses import dataclass

from tastemaker.metrics.tally import FloatArray, Tally, ratio_of


@dataclass(frozen=True)
class Likelihood:
    """Of every reference text, both `[N]`."""

    bits: FloatArray
    """-log2 of its probability, its end included."""
    characters: FloatArray


def bits_per_character(likelihood: Likelihood) -> Tally:
    """Cross-entropy of the references; models of different vocabularies compare by it, as they do not by the loss.

    Source:
        Graves, "Generating Sequences With Recurrent Neural Networks", 2013, has it of texts by character.
    """
    return ratio_of(likelihood.bits, likelihood.characters)
