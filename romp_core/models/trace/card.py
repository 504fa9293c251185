"""The card of TRACE."""

from __future__ import annotations

from ...take.keypoints import SMPL_24
from ...take.settings import CaptureSettings
from ...take.take import FootageInfo
from ...weights.store import WeightStore
from ..base import Capabilities, Estimator, ModelCard, users_body_license
from ..common.romp_family import BODY_KEYS
from .checkpoints import BACKBONE_CHECKPOINT, FILES, FLOW_CHECKPOINT, HEAD_CHECKPOINT, TERMS
from .constants import FOCAL
from .options import TraceOptions

_WEIGHTS = tuple(file.key for file in FILES)


def _open(footage: FootageInfo, settings: CaptureSettings, store: WeightStore) -> Estimator:
    # onnxruntime takes a while to import; listing the models should not
    from ...bodies.smpl.find import find_bodies
    from .estimator import TraceEstimator
    from .networks import TraceNetworks
    from .parameters import TraceParameters
    from .policy import ProductPolicy

    store.verified(TRACE.needs)
    bodies = find_bodies(store)
    body = bodies.read(bodies.smpl) if bodies.smpl else None
    backbone, motion, head = (path for key in _WEIGHTS if (path := store.find(key)))
    networks = TraceNetworks(backbone, motion, head, TRACE.read_options(settings).flow_rounds)
    return TraceEstimator(networks, footage, body, ProductPolicy(TraceParameters(max_people=settings.people)))


def _weights(store: WeightStore) -> dict[str, str]:
    return {key: store.sha256(key) for key in (*_WEIGHTS, store.first(BODY_KEYS)) if key}


TRACE = ModelCard(
    name="trace",
    label="TRACE",
    description="People and the moving camera that films them, in one world; slow; needs a download",
    terms=TERMS,
    layout=SMPL_24,
    capabilities=Capabilities(rotations=True, moving_camera=True, stream=True),
    open=_open,
    weights=_weights,
    files=FILES,
    checkpoints=(BACKBONE_CHECKPOINT, FLOW_CHECKPOINT, HEAD_CHECKPOINT),
    needs=_WEIGHTS,
    helps=(*BODY_KEYS[:1], "smpl_model_data.zip"),
    body_license=users_body_license,
    focal=FOCAL,
    options=TraceOptions,
)
