"""The card of BEV."""

from __future__ import annotations

from ...take.keypoints import SMPL_24
from ...take.settings import CaptureSettings
from ...take.take import FootageInfo
from ...tracking.space_tracker import SpaceTracker
from ...weights.store import WeightStore
from ..base import Capabilities, Estimator, ModelCard, users_body_license
from ..common.romp_family import BODY_KEYS, used_files
from .checkpoint import CHECKPOINT, FILES, TERMS

_WEIGHTS = tuple(file.key for file in FILES)
_BODIES = (*BODY_KEYS, "SMIL")


def _open(footage: FootageInfo, settings: CaptureSettings, store: WeightStore) -> Estimator:
    # onnxruntime takes a while to import; listing the models should not
    from ...bodies.smpl.find import find_bodies
    from ..common.frame_estimator import FrameEstimator
    from .bodies import bodies_from
    from .estimator import Bev
    from .network import BevNetwork
    from .thresholds import thresholds_for

    store.verified(BEV.needs)
    bodies = bodies_from(find_bodies(store).load())
    key, path = next((key, path) for key in _WEIGHTS if (path := store.find(key)))
    model = Bev(BevNetwork(path), bodies, thresholds_for(key, path.name))
    return FrameEstimator(model, footage, BEV.new_tracker(), settings.people)


BEV = ModelCard(
    name="bev",
    label="BEV",
    description="Like ROMP, with depth order, children and infants; needs a download",
    terms=TERMS,
    layout=SMPL_24,
    capabilities=Capabilities(rotations=True, children=True),
    open=_open,
    weights=lambda store: used_files(store, _WEIGHTS, _BODIES),
    tracker=SpaceTracker,
    files=FILES,
    checkpoints=(CHECKPOINT,),
    needs=_WEIGHTS[:1],
    helps=(*_BODIES, "smpl_model_data.zip"),
    body_license=users_body_license,
)
