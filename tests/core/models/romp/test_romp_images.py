"""ROMP from picture to people, against the results of the reference implementation with the same weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.bodies.smpl.files import load_smpl
from romp_core.bodies.smpl.model import SmplModel
from romp_core.geometry.rotations import matrix_from_rotvec, quat_from_rotvec, rotvec_from_quat
from romp_core.geometry.skeleton import forward_kinematics
from romp_core.models.common.cameras import project_weak
from romp_core.models.common.rotation_6d import quat_from_matrix
from romp_core.models.common.square_image import Padding, padding, to_image
from romp_core.models.romp.decode import decode
from romp_core.models.romp.estimator import CENTER_THRESHOLD, Romp
from romp_core.models.romp.network import RompNetwork
from romp_core.models.romp.peaks import find_peaks, sample
from romp_core.reference.romp import centers, results, translation_lsq, translation_pnp
from romp_core.tracking.one_euro import OneEuro
from romp_core.typing import Array
from tests.formula import formula_input, read_recipe

cv2 = pytest.importorskip("cv2")

SMOOTHING_HZ = 3.0


@pytest.fixture(scope="module")
def network(romp_checkpoint) -> RompNetwork:
    return RompNetwork(romp_checkpoint)


@pytest.fixture(scope="module")
def romp(network) -> Romp:
    return Romp(network)


@pytest.fixture(scope="module")
def body(toy_bodies) -> SmplModel:
    return load_smpl(toy_bodies / "SMPL_NEUTRAL.pth")


@pytest.fixture(scope="module")
def folder(golden: Path) -> Path:
    return golden / "romp"


@pytest.fixture(scope="module")
def pnp_comparable(folder: Path) -> bool:
    """PnP gives other numbers with another OpenCV."""
    made_with = np.load(folder / "camera.npz")["opencv_version"].item()
    return made_with.split(".")[0] == cv2.__version__.split(".")[0]


def picture(folder: Path, name: str) -> Array:
    return cv2.imread(str(folder / f"{name}.png"))[..., ::-1]


def found(romp: Romp, image: Array, body: SmplModel | None = None, translation=translation_pnp) -> dict[str, Array]:
    """What simple-romp returns for a picture."""
    inputs = romp.prepare([image])
    center_maps, params = romp.infer(inputs)
    peaks = find_peaks(center_maps, CENTER_THRESHOLD)
    people = decode(sample(params, peaks))
    return results(people.thetas, people.betas, people.cams, inputs.pad, body, translation) | centers(peaks, 64)


def assert_as_expected(
    ours: dict[str, Array], expected: dict[str, Array], atol: float, pnp_comparable: bool = True
) -> None:
    shapes = json.loads(expected["out_shapes"].item())
    assert {key: [list(value.shape), value.dtype.name] for key, value in ours.items()} == shapes
    tolerances = {"pj2d_org": 5e-3, "cam_trans": 1e-3 if "verts" in ours else atol}
    for key in shapes:
        value = ours[key]
        if key == "verts":
            key, value = "verts_sub53", value[:, ::53]
        if f"out_{key}" not in expected or (key == "cam_trans" and not pnp_comparable):
            continue
        if key in ("smpl_thetas", "global_orient", "body_pose"):
            assert_same_turns(value, expected[f"out_{key}"], atol)
        else:
            assert_allclose(value, expected[f"out_{key}"], atol=tolerances.get(key, atol), err_msg=key)


def assert_same_turns(ours: Array, theirs: Array, atol: float) -> None:
    flat, expected = ours.reshape(-1, 3), theirs.reshape(-1, 3)
    near_pi = np.linalg.norm(expected, axis=1) > 3.1
    assert_allclose(flat[~near_pi], expected[~near_pi], atol=atol)
    assert_allclose(matrix_from_rotvec(flat[near_pi]), matrix_from_rotvec(expected[near_pi]), atol=atol)


@pytest.mark.parametrize("name", ["image_a", "formula"])
def test_maps(network, romp, folder, name):
    expected = np.load(folder / f"raw_maps_{name}.npz")
    if name == "formula":
        network_input = formula_input(read_recipe(folder)["formula_input_add"])
    else:
        network_input = romp.prepare([picture(folder, name)]).pixels
    center_maps, params = network(network_input)
    assert_allclose(center_maps, expected["center_maps"], atol=1e-4)
    assert_allclose(params[:, :3], expected["cam_maps_raw"], atol=1e-4)
    for channel in (3, 77, 144):
        assert_allclose(params[0, channel], expected[f"params_ch{channel}"], atol=1e-4)
    assert_allclose(params[0, :, 4::8, 4::8], expected["params_sub8"].reshape(145, 8, 8), atol=1e-4)
    assert_allclose(params[0].mean(axis=(1, 2)), expected["params_channel_mean"], atol=1e-4)
    assert_allclose(params[0].std(axis=(1, 2)), expected["params_channel_std"], atol=1e-4)


@pytest.mark.parametrize("name", ["image_a", "image_b"])
def test_people_of_a_picture(romp, body, folder, name, pnp_comparable):
    expected = dict(np.load(folder / f"e2e_{name}.npz"))
    assert_as_expected(found(romp, picture(folder, name), body), expected, 1e-4, pnp_comparable)


def test_people_of_a_picture_without_body(romp, folder):
    expected = dict(np.load(folder / "e2e_image_a_nosmpl.npz"))
    assert_as_expected(found(romp, picture(folder, "image_a")), expected, 1e-4)


def test_largest_person_smoothed(romp, body, folder, pnp_comparable):
    """The reference's smoothing of one person; unlike there, the parts of the pose are smoothed with the whole."""
    stored = np.load(folder / "e2e_temporal_largest.npz")
    image = picture(folder, "image_a")
    turn, pose = OneEuro(SMOOTHING_HZ), OneEuro(SMOOTHING_HZ)
    cam, shape = OneEuro(1.6), OneEuro(0.6)
    for step in range(sum(key.endswith("_out_cam") for key in stored.files)):
        rolled = np.roll(image, (2 * step, 3 * step), axis=(0, 1))
        expected = {key.removeprefix(f"f{step}_"): stored[key] for key in stored.files if key.startswith(f"f{step}_")}
        everybody = found(romp, rolled, body)
        for key in ("center_preds", "center_confs"):  # these are of everybody there
            assert_allclose(everybody[key], expected[f"out_{key}"], atol=2e-4, err_msg=key)
        for key in ("global_orient", "body_pose"):  # so are these, before smoothing
            assert_same_turns(everybody[key], expected[f"out_{key}"], 2e-4)
        largest = everybody["cam"][:, 0].argmax()
        thetas, betas, cams = (everybody[key][largest] for key in ("smpl_thetas", "smpl_betas", "cam"))
        # The reference filters the nine numbers of the matrix and takes the result for a rotation.
        root = rotvec_from_quat(quat_from_matrix(turn.update(matrix_from_rotvec(thetas[:3]))))
        smooth = np.concatenate([root, pose.update(thetas[3:])]).astype(np.float32)
        pad = padding(*image.shape[:2])
        ours = results(smooth[None], shape.update(betas)[None], cam.update(cams)[None], pad, body, translation_pnp)
        assert_same_turns(ours["smpl_thetas"], expected["out_smpl_thetas"], 2e-4)
        for key in ("cam", "smpl_betas", "joints"):
            if f"out_{key}" in expected:
                assert_allclose(ours[key], expected[f"out_{key}"], atol=2e-4, err_msg=f"{key} of frame {step}")
        if pnp_comparable:
            assert_allclose(ours["cam_trans"], expected["out_cam_trans"], atol=1e-3)
        if "out_pj2d_org" in expected:
            assert_allclose(ours["pj2d_org"], expected["out_pj2d_org"], atol=5e-3)
            assert_allclose(ours["verts"][:, ::53], expected["out_verts_sub53"], atol=2e-4)
        assert_array_equal(ours["smpl_thetas"][:, :3], ours["global_orient"])


def test_meshes_come_to_the_same_pixels(body, folder):
    """Of the third component only the size means something; the reference leaves it unscaled."""
    expected, pose = np.load(folder / "camera.npz"), np.load(folder / "smpl.npz")
    verts = body.forward(pose["thetas"], pose["betas"])[0][:, ::53]
    points = np.concatenate([project_weak(verts, expected["cams"]), verts[..., 2:]], axis=-1)
    pad = Padding(*expected["pad_info"].tolist())
    assert_allclose(to_image(points, pad), expected["verts_camed_org_sub53"], atol=1e-2)


def test_the_estimator_sees_what_the_results_say(network, body, folder):
    """The quick way to the skeleton gives the joints of the whole body, standing where the picture shows them."""
    image = picture(folder, "image_b")
    model = Romp(network, body)
    expected = found(model, image, body, translation_lsq)
    inputs = model.prepare([image])
    (seen,) = model.decode(inputs, model.infer(inputs))
    pelvis = expected["joints"][:, :1]
    assert_allclose(seen.joints, expected["joints"][:, :24] - pelvis, atol=1e-5)
    assert_allclose(seen.pixels, expected["pj2d_org"][:, :24], atol=1e-2)
    assert_allclose(seen.root, pelvis[:, 0] + expected["cam_trans"], atol=1e-4)
    assert_allclose(seen.cams[:, [0, 2, 1]], expected["cam"], atol=1e-6)
    posed, _ = forward_kinematics(seen.rotations, seen.root, seen.rest_joints)
    assert_allclose(posed - seen.root[:, None], seen.joints, atol=1e-5)
    turns = quat_from_rotvec(expected["smpl_thetas"].reshape(-1, 24, 3))
    assert_allclose(np.abs((seen.rotations * turns).sum(axis=-1)), 1, atol=1e-6)


def test_a_batch_gives_what_its_pictures_give(network, romp_checkpoint, folder, monkeypatch):
    monkeypatch.setattr("romp_core.models.romp.network.ONE_IMAGE", {})  # here the CPU stands in for a graphics card
    image = picture(folder, "image_a")
    pictures = [image, np.roll(image, (2, 3), axis=(0, 1))]
    single, together = Romp(network), Romp(RompNetwork(romp_checkpoint))
    together.batch = 3  # the last place stays empty
    alone = []
    for one in pictures:
        inputs = single.prepare([one])
        alone += single.decode(inputs, single.infer(inputs))
    inputs = together.prepare(pictures)
    for ours, expected in zip(together.decode(inputs, together.infer(inputs)), alone, strict=True):
        assert_allclose(ours.confidence, expected.confidence, atol=1e-4)
        assert_allclose(ours.root, expected.root, atol=1e-3)
        assert_allclose(ours.pixels, expected.pixels, atol=1e-2)
