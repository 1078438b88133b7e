import numpy as np

from tastemaker.metrics.likelihood import Likelihood, bits_per_character


def test_worked():
    """Long texts weigh more; a text of no characters still costs its end."""
    assert bits_per_character(Likelihood(np.array([6.0, 3.0, 1.0]), np.array([4.0, 1.0, 0.0]))).value == 2
