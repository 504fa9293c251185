"""Rotations and shape from vertices: those that a body of known pose and shape has."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from romp_core.bodies.smpl.smplx import N_BODY, load_smplx
from romp_core.errors import ModelError
from romp_core.geometry.rotations import angle_between, quat_from_rotvec
from romp_core.models.moro.body_fit import fit_body
from tests.smplx_body import FINGERS, posed, smplx_arrays, write_smplx


@pytest.fixture(scope="module", params=[0.0, 0.001])
def body(request, tmp_path_factory):
    """Without and with correctives of the pose; every tenth vertex, to be quick."""
    path = write_smplx(tmp_path_factory.mktemp("smplx") / "SMPLX_NEUTRAL.npz", request.param)
    whole = load_smplx(path)
    return whole.only(np.flatnonzero(whole.fingers < 0.5)[::5])


def test_known_rotations_and_shape_are_recovered(body):
    rng = np.random.default_rng(1)
    turns = rng.normal(0, 0.35, (4, 24, 3))
    turns[:, 22:] = 0
    rotations, betas = quat_from_rotvec(turns), rng.normal(0, 0.7, 10)
    vertices, rest = posed(body, rotations, betas)
    found = fit_body(vertices + np.array([0.1, -0.2, 0.3]), body)
    assert np.degrees(angle_between(found.rotations, rotations)).max() < 0.1
    np.testing.assert_allclose(found.rest_joints, rest, atol=1e-3)
    np.testing.assert_allclose(found.pelvis, [[0.1, -0.2, 0.3]] * 4, atol=1e-3)


def test_noise_of_a_centimeter_costs_a_few_degrees(body):
    rng = np.random.default_rng(2)
    rotations = quat_from_rotvec(np.where(np.arange(24)[:, None] < N_BODY, rng.normal(0, 0.3, (2, 24, 3)), 0))
    vertices, _ = posed(body, rotations, np.zeros(10))
    found = fit_body(vertices + rng.normal(0, 0.01, vertices.shape), body)
    assert np.degrees(angle_between(found.rotations, rotations)).mean() < 2


def test_what_hangs_on_the_hand_counts_for_the_wrist(tmp_path):
    body = load_smplx(write_smplx(tmp_path / "SMPLX_NEUTRAL.npz"))
    np.testing.assert_allclose(body.weights.sum(axis=1), 1)
    stored = smplx_arrays()["weights"]
    np.testing.assert_allclose(body.fingers, stored[:, list(FINGERS)].sum(axis=1))
    assert body.joints.shape == (24, 3)


def test_other_files_are_refused(tmp_path):
    arrays = smplx_arrays()
    other = tmp_path / "SMPLX_NEUTRAL.pkl"
    other.write_bytes(pickle.dumps({**arrays, "v_template": arrays["v_template"][:6890]}))
    with pytest.raises(ModelError, match="another body model than SMPL-X"):
        load_smplx(other)
    other.write_bytes(pickle.dumps({name: each for name, each in arrays.items() if name != "posedirs"}))
    with pytest.raises(ModelError, match=r'not a complete SMPL-X file \("posedirs"'):
        load_smplx(other)
    other.write_bytes(pickle.dumps([1]))
    with pytest.raises(ModelError, match="holds no body model"):
        load_smplx(other)
