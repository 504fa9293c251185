"""A short run of the built-in model, to tell a user in one sentence whether this machine can capture."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from .models.registry import model_card
from .people import Frame
from .settings import CaptureSettings
from .take import FootageInfo
from .weights.store import default_store

FRAMES = 5


def self_test() -> str:
    """Run a few synthetic pictures through the built-in model; returns what to tell the user.

    Raises:
        ModelError: the model's files are missing. ImportError: a library cannot be loaded.
    """
    import onnxruntime

    info = FootageInfo("self test", 640, 480, 30.0, np.zeros(0), np.zeros(0, np.int32))
    start = time.perf_counter()
    estimator = model_card(CaptureSettings().model).open(info, 1, default_store())
    loaded = time.perf_counter()
    for _ in estimator.run(_pictures(info)):
        pass
    ran = time.perf_counter()
    return (
        f"Ready: onnxruntime {onnxruntime.__version__} on {estimator.provider}, model loaded in "
        f"{loaded - start:.1f} s, {FRAMES} pictures searched in {ran - loaded:.1f} s."
    )


def _pictures(info: FootageInfo) -> Iterator[Frame]:
    rng = np.random.default_rng(0)
    for index in range(FRAMES):
        yield Frame(index, index / info.fps, rng.integers(0, 255, (info.height, info.width, 3), dtype=np.uint8))
