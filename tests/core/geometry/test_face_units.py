"""Names of the face units."""

from pathlib import Path

import numpy as np

from romp_core.geometry.face_units import FACE_UNIT, FACE_UNITS, N_FACE_UNITS


def test_they_are_arkits_in_alphabetical_order() -> None:
    assert N_FACE_UNITS == len(set(FACE_UNITS)) == 52
    assert list(FACE_UNITS) == sorted(FACE_UNITS)
    assert FACE_UNITS[FACE_UNIT["jawOpen"]] == "jawOpen"


def test_each_side_has_its_partner() -> None:
    left = {name.removesuffix("Left") for name in FACE_UNITS if name.endswith("Left")} - {"jaw", "mouth"}
    assert left == {name.removesuffix("Right") for name in FACE_UNITS if name.endswith("Right")} - {"jaw", "mouth"}
    assert len(left) == 18


def test_the_rendered_truth_has_the_same_order(groundtruth: Path) -> None:
    with np.load(groundtruth / "face.npz") as truth:
        assert truth["coeff_names"].tolist() == list(FACE_UNITS)
