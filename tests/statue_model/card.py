"""The card of the example model."""

from __future__ import annotations

from dataclasses import dataclass

from romp_core.models.base import Capabilities, Estimator, ModelCard
from romp_core.models.license import CommercialUse, License
from romp_core.take.keypoints import SMPL_24
from romp_core.take.settings import CaptureSettings, setting
from romp_core.take.take import FootageInfo
from romp_core.tracking.space_tracker import SpaceTracker
from romp_core.weights.file import WeightFile
from romp_core.weights.store import WeightStore

TERMS = License(
    line="CC0-1.0 (an example)",
    commercial_use=CommercialUse.YES,
    holder="nobody",
    url="https://example.org/statue",
    checked="2026-11-28",
)
FILES = (WeightFile("statue.txt", "Statue weights", ("statue.txt",), TERMS.line, url="https://example.org/statue.txt"),)


@dataclass(frozen=True)
class StatueOptions:
    """Options of a capture with the example model."""

    statue_distance: float = setting(4.0, "Distance", "Distance from the camera to the statue", min=1.0, max=9.0)


def _open(footage: FootageInfo, settings: CaptureSettings, store: WeightStore) -> Estimator:
    from .estimator import Statue  # what is heavy is imported here: listing the models must stay light

    store.verified(STATUE.needs)
    return Statue(footage, STATUE.new_tracker(), STATUE.read_options(settings).statue_distance)


def _weights(store: WeightStore) -> dict[str, str]:
    return {key: store.sha256(key) for key in STATUE.needs}


STATUE = ModelCard(
    name="statue",
    label="Statue",
    description="One person who stands still",
    terms=TERMS,
    layout=SMPL_24,
    capabilities=Capabilities(rotations=True),
    open=_open,
    weights=_weights,
    tracker=SpaceTracker,
    files=FILES,
    needs=("statue.txt",),
    options=StatueOptions,
)
