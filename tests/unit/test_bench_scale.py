"""The simulation of many images: how their evaluation is split, and what their layers take."""

from __future__ import annotations

import pytest

from bench.scale import CHUNK, Cost, Evaluation, Layers

ONE = Cost(seconds=0.5, peak_bytes=100)
REST = CHUNK - 1
EVALUATION = Evaluation(ONE, Cost(seconds=0.5 + 0.01 * REST, peak_bytes=100 + REST))


@pytest.mark.parametrize(
    ("images", "workers", "seconds", "peak_bytes"),
    [
        (1, 1, 0.5, 100),
        (CHUNK, 1, 0.5 + 0.01 * REST, 100 + REST),
        (3 * CHUNK, 1, 3 * (0.5 + 0.01 * REST), 100 + REST),
        (4 * CHUNK, 2, 2 * (0.5 + 0.01 * REST), 100 + REST),
        (40, 4, 0.5 + 0.01 * 9, 100 + 9),
        (2, 64, 0.5, 100),
    ],
)
def test_workers_share_the_images_and_each_starts_anew_after_a_chunk(
    images: int, workers: int, seconds: float, peak_bytes: float
) -> None:
    """A worker begins with the cost of its first image, and holds what it has evaluated."""
    cost = EVALUATION.split(images, workers)
    assert pytest.approx(seconds) == cost.seconds
    assert pytest.approx(peak_bytes) == cost.peak_bytes


def test_shared_layers_are_there_once() -> None:
    """Those of their own grow with the images."""
    layers = Layers(shared=1000, own=10)
    assert (1010, 2000) == (layers.all(1), layers.all(100))
    assert 101_000 == layers.unshared(100)
