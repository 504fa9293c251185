"""The card of MA-HMR."""

from __future__ import annotations

from ...take.keypoints import SMPL_24
from ...take.settings import CaptureSettings
from ...take.take import FootageInfo
from ...tracking.space_tracker import SpaceTracker
from ...weights.store import WeightStore
from ..base import Capabilities, Estimator, ModelCard, users_body_license
from ..common.romp_family import BODY_KEYS, used_files
from .checkpoint import CHECKPOINT, FILES, TERMS
from .constants import FOCAL
from .options import MaHmrOptions

_WEIGHTS = tuple(file.key for file in FILES)


def _open(footage: FootageInfo, settings: CaptureSettings, store: WeightStore) -> Estimator:
    # onnxruntime takes a while to import; listing the models should not
    from ...bodies.smpl.find import find_bodies
    from ..common.frame_estimator import FrameEstimator
    from .estimator import MaHmr
    from .network import MaHmrNetwork

    store.verified(MA_HMR.needs)
    bodies = find_bodies(store)
    adults = bodies.smpla or bodies.smpl
    body = bodies.read(adults) if adults else None
    path = next(path for key in _WEIGHTS if (path := store.find(key)))
    model = MaHmr(MaHmrNetwork(path), body, MA_HMR.read_options(settings).detection_threshold)
    return FrameEstimator(model, footage, MA_HMR.new_tracker(), settings.people)


MA_HMR = ModelCard(
    name="ma_hmr",
    label="MA-HMR",
    description="Everybody in meters, with the camera's field of view; non-commercial, slow; needs a download",
    terms=TERMS,
    layout=SMPL_24,
    capabilities=Capabilities(rotations=True, children=True, metric=True),
    open=_open,
    weights=lambda store: used_files(store, _WEIGHTS, BODY_KEYS),
    tracker=SpaceTracker,
    files=FILES,
    checkpoints=(CHECKPOINT,),
    needs=_WEIGHTS[:1],
    helps=(*BODY_KEYS, "smpl_model_data.zip"),
    body_license=users_body_license,
    focal=FOCAL,
    options=MaHmrOptions,
)
