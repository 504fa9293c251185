"""A short run of a model, to tell a user in one sentence whether this machine can capture."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from ..models.base import ModelCard
from ..models.registry import model_card
from ..take.observations import Frame
from ..take.settings import CaptureSettings
from ..take.take import FootageInfo
from ..weights.store import WeightStore, default_store

FRAMES = 5


def self_test() -> str:
    """Run a few synthetic pictures through the built-in model; returns what to tell the user.

    Raises:
        ModelError: the model's files are missing. ImportError: a library cannot be loaded.
    """
    import onnxruntime

    told = try_model(model_card(CaptureSettings().model), default_store())
    return f"Ready: onnxruntime {onnxruntime.__version__} on {told}"


def try_model(card: ModelCard, store: WeightStore) -> str:
    """Open a model and run a few synthetic pictures through it; returns provider, times and its remark as a sentence.

    Raises:
        ModelError: the model's files are missing or unusable.
    """
    info = FootageInfo("self test", 640, 480, 30.0, np.zeros(0), np.zeros(0, np.int32))
    start = time.perf_counter()
    estimator = card.open(info, CaptureSettings(model=card.name), store)
    loaded = time.perf_counter()
    for _ in estimator.run(_pictures(info)):
        pass
    ran = time.perf_counter()
    return (
        f"{estimator.provider}, model loaded in {loaded - start:.1f} s, "
        f"{FRAMES} pictures searched in {ran - loaded:.1f} s. {estimator.remark}".strip()
    )


def _pictures(info: FootageInfo) -> Iterator[Frame]:
    rng = np.random.default_rng(0)
    for index in range(FRAMES):
        yield Frame(index, index / info.fps, rng.integers(0, 255, (info.height, info.width, 3), dtype=np.uint8))
