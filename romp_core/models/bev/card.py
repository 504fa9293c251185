"""What the user is told about BEV."""

from __future__ import annotations

from ...take.settings import CaptureSettings
from ...take.take import FootageInfo
from ...tracking.space_tracker import SpaceTracker
from ...weights.store import WeightStore
from ..base import Estimator, ModelCard, users_body_license

_WEIGHTS = ("BEV.pth", "BEV_ft_agora.pth")
_BODIES = ("SMPL_NEUTRAL", "SMPLA_NEUTRAL", "SMIL")


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
    return FrameEstimator(model, footage, SpaceTracker(), settings.people)


def _weights(store: WeightStore) -> dict[str, str]:
    network = next((key for key in _WEIGHTS if store.find(key)), _WEIGHTS[0])
    return {key: store.sha256(key) for key in (network, *_BODIES) if store.find(key)}


BEV = ModelCard(
    name="bev",
    label="BEV",
    description="As ROMP, and it tells who stands behind whom, children and infants; wants downloaded weights",
    license="BEV weights (Yu Sun et al.): non-commercial research",
    open=_open,
    weights=_weights,
    body_license=users_body_license,
    needs=("BEV.pth",),
    helps=(*_BODIES, "smpl_model_data.zip"),
)
