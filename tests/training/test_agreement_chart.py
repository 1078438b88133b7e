from pathlib import Path

import numpy as np
from matplotlib.image import imread

from tastemaker.training.affinity import Measurement
from tastemaker.training.agreement import Agreement
from tastemaker.training.agreement_chart import draw_agreement
from tests.training.test_agreement import NAN, agreement


def test_two_maps_in_red_and_blue(tmp_path: Path) -> None:
    draw_agreement(agreement(0.9, 1.1), tmp_path / "a.png")
    pixels = imread(tmp_path / "a.png")[..., :3]
    is_blue = (pixels[..., 2] - pixels[..., 0]) > 0.15
    is_red = (pixels[..., 0] - pixels[..., 2]) > 0.15
    half = pixels.shape[1] // 2
    assert is_blue[:, :half].any()
    assert is_blue[:, half:].any()
    assert is_red[:, half:].any()
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_what_is_not_known_stays_pale(tmp_path: Path) -> None:
    unknown = Measurement(1, *(np.full((2,) * axes, NAN) for axes in (1, 1, 2, 2, 2)))
    draw_agreement(Agreement(("next_item", "like"), (unknown,)), tmp_path / "a.png")
    pixels = imread(tmp_path / "a.png")[..., :3]
    assert (np.ptp(pixels, axis=-1) < 0.1).all()
