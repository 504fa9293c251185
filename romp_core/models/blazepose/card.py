"""What the user is told about the built-in model."""

from __future__ import annotations

from ...storage.hashing import file_sha256
from ...take.settings import CaptureSettings
from ...take.take import FootageInfo
from ...tracking.image_tracker import ImageTracker
from ...weights.store import WeightStore
from ..base import Estimator, ModelCard
from ..common.assets import asset

_FILES = ("blazepose/detector.onnx", "blazepose/landmark_full.onnx")


def _open(footage: FootageInfo, settings: CaptureSettings, store: WeightStore) -> Estimator:
    from .estimator import BlazePose  # onnxruntime takes a while to import; listing the models should not

    return BlazePose(footage, ImageTracker(), settings.people)


def _weights(store: WeightStore) -> dict[str, str]:
    return {name: file_sha256(asset(name)) for name in _FILES}


BLAZEPOSE = ModelCard(
    name="blazepose",
    label="Built-in (fast)",
    description="BlazePose: several people, any computer, no download",
    license="Apache-2.0 (MediaPipe BlazePose, Google)",
    open=_open,
    weights=_weights,
    hint_for_nobody="The built-in model wants people whose whole body is well visible; try a nearer or brighter shot.",
)
