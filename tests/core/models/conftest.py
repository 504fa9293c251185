"""The golden set of hands and face."""

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def hands_face(golden: Path) -> Path:
    folder = golden / "hands_face"
    if not folder.is_dir():
        pytest.skip("NOT CHECKED: hands_face is not in this golden set")
    return folder


@pytest.fixture(scope="module")
def recipe(hands_face: Path) -> dict[str, Any]:
    return json.loads((hands_face / "recipe.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def limits(recipe: dict[str, Any]) -> dict[str, float]:
    return recipe["tolerances"]
