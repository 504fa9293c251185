"""What the user is told about ROMP."""

from __future__ import annotations

from ...take.settings import CaptureSettings
from ...take.take import FootageInfo
from ...tracking.space_tracker import SpaceTracker
from ...weights.catalog import weight_file
from ...weights.store import WeightStore
from ..base import Estimator, ModelCard, users_body_license

_WEIGHTS = ("ROMP.pkl", "ROMP.onnx")
_BODIES = ("SMPL_NEUTRAL", "SMPLA_NEUTRAL")


def _open(footage: FootageInfo, settings: CaptureSettings, store: WeightStore) -> Estimator:
    # onnxruntime takes a while to import; listing the models should not
    from ...bodies.smpl.find import find_bodies
    from ..common.frame_estimator import FrameEstimator
    from .estimator import Romp
    from .network import RompNetwork

    store.verified(ROMP.needs)
    bodies = find_bodies(store)
    body = bodies.read(bodies.smpl) if bodies.smpl else None
    path = next(path for key in _WEIGHTS if (path := store.find(key)))
    return FrameEstimator(Romp(RompNetwork(path), body), footage, SpaceTracker(), settings.people)


def _weights(store: WeightStore) -> dict[str, str]:
    used = (next((key for key in keys if store.find(key)), None) for keys in (_WEIGHTS, _BODIES))
    return {key: store.sha256(key) for key in used if key}


ROMP = ModelCard(
    name="romp",
    label="ROMP",
    description="Everybody in the image at once, whole poses and shapes; wants downloaded weights",
    license=weight_file("ROMP.pkl").license,
    open=_open,
    weights=_weights,
    body_license=users_body_license,
    needs=("ROMP.pkl",),
    helps=_BODIES[:1],
)
