"""The help of Field of View states what each model assumes."""

import re
from dataclasses import replace

import numpy as np
import pytest

from romp_core.models.registry import MODELS
from romp_core.take.settings import SolveSettings, setting_fields
from romp_core.take.settings.fit import FitSettings
from romp_core.take.take import FootageInfo, horizontal_fov

HELP = next(item.metadata["help"] for item in setting_fields(SolveSettings) if item.name == "fov")
FOOTAGE = FootageInfo("clip.mp4", 1920, 1080, 30.0, np.arange(2.0), np.arange(2))
BODY_MODELS = [name for name, card in MODELS.items() if card.capabilities.rotations]


def stated_degrees(label: str) -> float:
    (degrees,) = re.findall(rf"(\d+)[^,\d]*\([^)]*\b{label}\b[^)]*\)", HELP)
    return float(degrees)


def test_of_the_built_in_model() -> None:
    for footage in (FOOTAGE, replace(FOOTAGE, width=1080, height=1920)):
        assert np.degrees(horizontal_fov(footage, FitSettings())) == pytest.approx(stated_degrees("built-in model"))


@pytest.mark.parametrize("name", BODY_MODELS)
def test_of_body_models_along_the_longer_side(name: str) -> None:
    card = MODELS[name]
    assumed = np.degrees(horizontal_fov(FOOTAGE, FitSettings(), card.focal))
    assert assumed == pytest.approx(stated_degrees(card.label.split()[0]), abs=0.5)
