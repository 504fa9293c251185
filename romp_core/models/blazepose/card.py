"""The card of the built-in model."""

from __future__ import annotations

from ...storage.hashing import file_sha256
from ...take.keypoints import BLAZEPOSE_33
from ...take.settings import CaptureSettings
from ...take.take import FootageInfo
from ...tracking.image_tracker import ImageTracker
from ...weights.store import WeightStore
from ..base import Capabilities, Estimator, ModelCard
from ..common.assets import asset
from ..license import CommercialUse, License
from ..rtmo.card import open_model, weights_of
from ..rtmo.files import TERMS as RTMO_TERMS
from ..rtmo.options import RtmoOptions
from .options import RTMO as RTMO_DETECTOR
from .options import BlazePoseOptions

_FILES = ("blazepose/detector.onnx", "blazepose/landmark_full.onnx", "blazepose/silhouette.onnx")


def _open(footage: FootageInfo, settings: CaptureSettings, store: WeightStore) -> Estimator:
    from .estimator import BlazePose  # onnxruntime takes a while to import; listing the models should not

    options: BlazePoseOptions = BLAZEPOSE.read_options(settings)
    detector = open_model(store, RtmoOptions()) if options.detector == RTMO_DETECTOR else None
    return BlazePose(footage, BLAZEPOSE.new_tracker(), settings.people, detector)


def _weights(store: WeightStore) -> dict[str, str]:
    return {name: file_sha256(asset(name)) for name in _FILES}


def _option_weights(store: WeightStore, options: BlazePoseOptions) -> dict[str, str]:
    return weights_of(store, RtmoOptions()) if options.detector == RTMO_DETECTOR else {}


BLAZEPOSE = ModelCard(
    name="blazepose",
    label="Built-in (fast)",
    description="BlazePose: several people, any computer, no download",
    terms=License(
        line="Apache-2.0 (MediaPipe BlazePose, Google)",
        commercial_use=CommercialUse.YES,
        holder="Google",
        url="https://github.com/google-ai-edge/mediapipe",
        checked="2026-11-28",
    ),
    layout=BLAZEPOSE_33,
    capabilities=Capabilities(hands=True),
    open=_open,
    weights=_weights,
    tracker=ImageTracker,
    hint_for_nobody="The built-in model needs people who are visible from head to toe; try a closer or brighter shot.",
    options=BlazePoseOptions,
    option_weights=_option_weights,
    option_terms=lambda options: (RTMO_TERMS,) if options.detector == RTMO_DETECTOR else (),
)
