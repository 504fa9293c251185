"""Expressions made of the units that the network shows come back as coefficients."""

from __future__ import annotations

import numpy as np
import pytest

from romp_core.geometry.face_units import FACE_UNITS
from romp_core.geometry.rotations import matrix_from_rotvec
from romp_core.solve.face.face_model import UNOBSERVABLE, load_face_model
from romp_core.solve.face.neutral import resting_face
from romp_core.solve.face.unit_fit import UnitFit, bounded_least_squares

SURE = ("eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft", "mouthSmileRight", "jawOpen", "browInnerUp")


def test_units_are_told_or_not():
    model = load_face_model()
    assert sorted([*model.names, *UNOBSERVABLE]) == sorted(FACE_UNITS)
    assert model.units.shape == (len(model.names), 478, 3)


def test_left_and_right_are_mirror_images():
    model = load_face_model()
    for unit in ("mouthSmile", "eyeBlink"):
        left, right = (model.units[model.names.index(f"{unit}{side}")] for side in ("Left", "Right"))
        assert left[model.points[:, 0] > 0.02, 1].std() > 2 * left[model.points[:, 0] < -0.02, 1].std()
        assert np.sort(left[:, 1]) == pytest.approx(np.sort(right[:, 1]))


@pytest.mark.parametrize("name", SURE)
def test_single_units_come_back(name):
    model, rng = load_face_model(), np.random.default_rng(1)
    neutral = 1.05 * model.points + rng.normal(0, 0.001, model.points.shape)
    true = np.zeros((20, len(model.names)))
    true[:, model.names.index(name)] = np.linspace(0, 1, 20)
    noise = rng.normal(0, 0.0003, (20, 478, 3))
    moved = neutral + model.displacements(true) + noise
    tilted = moved @ matrix_from_rotvec(np.radians([1.0, -2.0, 1.0])).T + [0.002, 0.0, -0.001]
    fit = UnitFit(model, neutral)
    found = fit.coefficients(fit.evidence(tilted))
    here = model.names.index(name)
    assert np.corrcoef(found[:, here], true[:, here])[0, 1] > 0.98
    assert np.abs(found[:, here] - true[:, here]).mean() < 0.15
    assert np.delete(found, here, axis=1).mean() < 0.03


def test_bounded_least_squares_is_a_minimum_within_its_bounds():
    rng = np.random.default_rng(2)
    factor = rng.normal(size=(12, 8))
    normal, right = factor.T @ factor + 0.1 * np.eye(8), 4 * rng.normal(size=(50, 8))
    found = bounded_least_squares(normal, right, highest=1.0)
    slope = found @ normal - right
    assert (found >= 0).all() and (found <= 1).all()
    assert np.abs(slope[(found > 0) & (found < 1)]).max() < 0.1
    assert slope[found == 0].min() > -0.1 and slope[found == 1].max() < 0.1


def test_the_face_at_rest_is_what_is_shown_most():
    model, rng = load_face_model(), np.random.default_rng(3)
    own = model.points + rng.normal(0, 0.001, model.points.shape)
    coefficients = rng.uniform(0, 1, (120, len(model.names))) * (rng.uniform(size=(120, len(model.names))) < 0.2)
    coefficients[rng.permutation(120)[:20]] = 0
    shown = own + model.displacements(coefficients) + rng.normal(0, 0.0002, (120, 478, 3))
    found = resting_face(shown, model)
    assert np.linalg.norm(found - own, axis=1).mean() < 0.0005
