"""The card of ROMP."""

from __future__ import annotations

from ...take.keypoints import SMPL_24
from ...take.settings import CaptureSettings
from ...take.take import FootageInfo
from ...tracking.space_tracker import SpaceTracker
from ...weights.store import WeightStore
from ..base import Capabilities, Estimator, ModelCard, users_body_license
from ..common.romp_family import BODY_KEYS
from .checkpoint import CHECKPOINT, FILES, TERMS

_WEIGHTS = tuple(file.key for file in FILES)


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
    return FrameEstimator(Romp(RompNetwork(path), body), footage, ROMP.new_tracker(), settings.people)


def _weights(store: WeightStore) -> dict[str, str]:
    used = map(store.first, (_WEIGHTS, BODY_KEYS))
    return {key: store.sha256(key) for key in used if key}


ROMP = ModelCard(
    name="romp",
    label="ROMP",
    description="All people in the image at once, with pose and shape; needs a download",
    terms=TERMS,
    layout=SMPL_24,
    capabilities=Capabilities(rotations=True),
    open=_open,
    weights=_weights,
    tracker=SpaceTracker,
    files=FILES,
    checkpoints=(CHECKPOINT,),
    needs=_WEIGHTS[:1],
    helps=BODY_KEYS[:1],
    body_license=users_body_license,
)
