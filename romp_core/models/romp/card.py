"""What the user is told about ROMP."""

from __future__ import annotations

from ...take import FootageInfo
from ...weights.store import WeightStore
from ..base import Estimator, ModelCard

_WEIGHTS = ("ROMP.pkl", "ROMP.onnx")
_BODY = "SMPL_NEUTRAL"


def _open(footage: FootageInfo, people: int, store: WeightStore) -> Estimator:
    # onnxruntime takes a while to import; listing the models should not
    from ...smpl.files import load_smpl
    from ...smpl.find import find_bodies
    from ..maps.estimator import MapsEstimator
    from .estimator import Romp
    from .network import RompNetwork

    store.verified(ROMP.needs)
    bodies = find_bodies(store)
    body = load_smpl(bodies.smpl, bodies.data) if bodies.smpl else None
    path = next(path for key in _WEIGHTS if (path := store.find(key)))
    return MapsEstimator(Romp(RompNetwork(path), body), footage, people)


def _weights(store: WeightStore) -> dict[str, str]:
    network = next((key for key in _WEIGHTS if store.find(key)), _WEIGHTS[0])
    return {key: store.sha256(key) for key in (network, _BODY) if store.find(key)}


ROMP = ModelCard(
    name="romp",
    label="ROMP",
    description="Everybody in the picture at once, whole poses and shapes; wants downloaded weights",
    licence="ROMP weights (Yu Sun et al.): non-commercial research",
    open=_open,
    weights=_weights,
    needs=("ROMP.pkl",),
    helps=(_BODY, "smpl_model_data.zip"),
)
