"""What the user is told about TRACE."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...take.settings import CaptureSettings
from ...take.take import FootageInfo
from ...weights.catalog import weight_file
from ...weights.store import WeightStore
from ..base import Estimator, ModelCard, users_body_license
from .constants import FOCAL
from .options import TraceOptions

_WEIGHTS = ("trace_image_backbone.pkl", "trace_motion_backbone.pth", "trace_head.pkl")
_BODIES = ("SMPL_NEUTRAL", "SMPLA_NEUTRAL")


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
    body = next((key for key in _BODIES if store.find(key)), None)
    return {key: store.sha256(key) for key in (*_WEIGHTS, body) if key}


def _check(key: str, path: Path) -> None:
    from .networks import read_backbone, read_head, read_motion

    read: Callable[[Path], object] = dict(zip(_WEIGHTS, (read_backbone, read_motion, read_head), strict=True))[key]
    read(path)


TRACE = ModelCard(
    name="trace",
    label="TRACE",
    description="People and the moving camera that films them, in one world; slow; wants downloaded weights",
    license=weight_file(_WEIGHTS[0]).license,
    open=_open,
    weights=_weights,
    body_license=users_body_license,
    check=_check,
    focal=FOCAL,
    options=TraceOptions,
    needs=_WEIGHTS,
    helps=(*_BODIES[:1], "smpl_model_data.zip"),
)
