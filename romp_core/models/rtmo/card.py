"""The card of RTMO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import ModelError
from ...take.keypoints import COCO_17
from ...take.settings import CaptureSettings
from ...take.take import FootageInfo
from ...tracking.image_tracker import ImageTracker
from ...weights.store import WeightStore, advice
from ..base import Capabilities, Estimator, ModelCard
from ..license import NO_BODY
from .checkpoint import CHECKPOINT
from .files import FILES, TERMS, variant_of
from .options import ANY, RtmoOptions

if TYPE_CHECKING:
    from .estimator import Rtmo

_NEEDS = FILES[0].key


def _open(footage: FootageInfo, settings: CaptureSettings, store: WeightStore) -> Estimator:
    from .estimator import RtmoEstimator  # onnxruntime takes a while to import; listing the models should not

    model = open_model(store, RTMO.read_options(settings))
    return RtmoEstimator(model, footage, RTMO.new_tracker(), settings.people)


def open_model(store: WeightStore, options: RtmoOptions) -> Rtmo:
    """RTMO ready to detect people. Raises ModelError when its file is missing or unusable."""
    from .estimator import Rtmo
    from .network import open_rtmo

    key = chosen_file(store, options.rtmo_variant)
    store.verified((key,))
    path = store.find(key)
    assert path is not None
    return Rtmo(open_rtmo(path), options.rtmo_score)


def chosen_file(store: WeightStore, variant: str) -> str:
    """Key of the file of this variant that is there; of any variant for `ANY`.

    Raises:
        ModelError: there is none.
    """
    files = [file for file in FILES if variant in (ANY, variant_of(file.key))]
    key = store.first(file.key for file in files)
    if key is None:
        raise ModelError(store.state(files[0].key).problem, advice(files[0]))
    return key


def weights_of(store: WeightStore, options: RtmoOptions) -> dict[str, str]:
    """File in use -> its sha256."""
    key = chosen_file(store, options.rtmo_variant)
    return {key: store.sha256(key)}


RTMO = ModelCard(
    name="rtmo",
    label="RTMO (2D)",
    description="17 keypoints of everybody in the image, fast, in 2D only: for counting, overlays and export",
    terms=TERMS,
    layout=COCO_17,
    capabilities=Capabilities(keypoints3d=False),
    open=_open,
    weights=lambda store: {},
    tracker=ImageTracker,
    files=FILES,
    checkpoints=(CHECKPOINT,),
    needs=(_NEEDS,),
    body_license=lambda store: NO_BODY,
    options=RtmoOptions,
    option_weights=weights_of,
)
