"""The embedded body with a face: ARKit's units in the size of the head, and a mouth that opens."""

import numpy as np
import pytest

from romp_core.bodies.embedded import load_body, load_body_with_fingers, with_face
from romp_core.geometry.face_units import FACE_UNIT, FACE_UNITS
from romp_core.geometry.skeleton import JOINT

BODY = with_face(load_body())
SKIN = len(load_body().vertices)
NAMES = [material.name for material in BODY.materials]
KEYS = [key.name for key in BODY.shape_keys]


def expression(**coefficients: float) -> np.ndarray:
    """All 52 of them."""
    values = np.zeros(len(FACE_UNITS))
    for name, value in coefficients.items():
        values[FACE_UNIT[name]] = value
    return values


def moved(name: str) -> np.ndarray:
    """What a unit adds to each vertex (N, 3)."""
    return BODY.expressing(expression(**{name: 1.0})) - BODY.vertices


def of_material(name: str) -> np.ndarray:
    return np.unique(BODY.faces[BODY.face_materials == NAMES.index(name)])


def test_there_are_arkits_units_in_their_order() -> None:
    assert tuple(unit.name for unit in BODY.face_units) == FACE_UNITS
    assert BODY.has_face and not load_body().has_face
    for unit in BODY.face_units:
        assert len(unit.vertices) == len(unit.deltas) > 200 and (np.diff(unit.vertices) > 0).all()


@pytest.mark.parametrize("plain", [load_body(), load_body_with_fingers()])
def test_a_face_adds_a_mouth_and_changes_nothing_else(plain) -> None:
    body = with_face(plain)
    np.testing.assert_array_equal(body.vertices[:SKIN], plain.vertices)
    np.testing.assert_array_equal(body.faces[: len(plain.faces)], plain.faces)
    np.testing.assert_array_equal(body.all_weights[:SKIN], plain.all_weights)
    np.testing.assert_array_equal(body.all_weights[SKIN:, JOINT["head"]], 1.0)
    changed = body.face_materials[: len(plain.faces)] != plain.face_materials
    assert {NAMES[index] for index in body.face_materials[: len(plain.faces)][changed]} == {"mouth"}
    for key, without in zip(body.shape_keys, plain.shape_keys, strict=True):
        np.testing.assert_array_equal(key.vertex_deltas[:SKIN], without.vertex_deltas)
    assert body.height_m == plain.height_m


def test_left_is_the_persons_left() -> None:
    for name in (name for name in FACE_UNITS if name.endswith("Left") and name not in ("jawLeft", "mouthLeft")):
        reach = np.linalg.norm(moved(name), axis=1)
        assert (reach * BODY.vertices[:, 0]).sum() > 0, name
        mirrored = np.linalg.norm(moved(name.removesuffix("Left") + "Right"), axis=1)
        assert (mirrored * BODY.vertices[:, 0]).sum() < 0, name
    assert moved("jawLeft")[:, 0].sum() > 0 > moved("jawRight")[:, 0].sum()


def test_the_jaw_takes_the_lower_teeth_and_the_tongue() -> None:
    teeth, tongue, opened = of_material("teeth"), of_material("tongue"), moved("jawOpen")[:, 1]
    lower = teeth[BODY.vertices[teeth, 1] < np.median(BODY.vertices[teeth, 1])]
    assert opened[lower].mean() < -0.01 and opened[tongue].mean() < -0.01
    assert np.abs(opened[np.setdiff1d(teeth, lower)]).mean() < 0.002
    out = moved("tongueOut")
    assert out[tongue, 2].max() > 0.02 and np.abs(np.delete(out, tongue, axis=0)).max() == 0


def test_units_keep_to_the_face() -> None:
    touched = np.unique(np.concatenate([unit.vertices for unit in BODY.face_units]))
    assert (BODY.all_weights[touched][:, [JOINT["head"], JOINT["neck"]]].sum(1) > 0.5).mean() > 0.99
    garments = np.concatenate([of_material(name) for name in ("shirt", "trousers", "shoes")])
    assert not np.isin(touched, garments).any()


@pytest.mark.parametrize("name", [None, *KEYS])
def test_closed_lips_hide_teeth_and_tongue(name) -> None:
    body = BODY.shaped({name: 1.0}) if name else BODY
    outer = np.setdiff1d(np.arange(SKIN), of_material("mouth"))
    skin, mouth = body.vertices[outer], body.vertices[SKIN:]
    skin = skin[(np.abs(skin - mouth.mean(0)) < 0.1).all(axis=1)]
    near = np.linalg.norm(mouth[:, None, :2] - skin[None, :, :2], axis=-1) < 0.008
    in_front = np.where(near, skin[:, 2], -np.inf).max(axis=1) - mouth[:, 2]
    assert in_front.min() > 0.001


@pytest.mark.parametrize("name", [None, "Age: child", "Age: old", "Gender: female", "Weight: heavy"])
def test_lids_close_over_the_eyes(name) -> None:
    body = BODY.shaped({name: 1.0}) if name else BODY
    closed = body.expressing(expression(eyeBlinkLeft=1, eyeBlinkRight=1))
    iris = closed[of_material("iris")]
    blinks = np.concatenate([unit.vertices for unit in body.face_units if unit.name.startswith("eyeBlink")])
    lids = closed[np.setdiff1d(blinks, np.concatenate([of_material("iris"), of_material("eyes")]))]
    near = np.linalg.norm(iris[:, None, :2] - lids[None, :, :2], axis=-1) < 0.004
    assert (np.where(near, lids[:, 2], -np.inf).max(axis=1) > iris[:, 2]).all()


def test_units_are_in_the_size_of_the_head() -> None:
    def reach(body):
        return np.abs(body.face_units[FACE_UNIT["jawOpen"]].deltas).max()

    assert reach(BODY.scaled(BODY.height_m / 2)) == pytest.approx(reach(BODY) / 2, rel=1e-5)
    child = BODY.shaped({"Age: child": 1.0})
    assert 0.8 < reach(child) / reach(BODY) < 0.95
    wide = np.ptp(child.vertices[of_material("eyes"), 0]) / np.ptp(BODY.vertices[of_material("eyes"), 0])
    assert reach(child) / reach(BODY) == pytest.approx(wide, abs=0.08)


def test_an_expression_adds_up() -> None:
    both = BODY.expressing(expression(jawOpen=0.5, mouthClose=0.25))
    expected = BODY.vertices + 0.5 * moved("jawOpen") + 0.25 * moved("mouthClose")
    np.testing.assert_allclose(both, expected, atol=1e-6)
    np.testing.assert_array_equal(BODY.expressing(expression()), BODY.vertices)
