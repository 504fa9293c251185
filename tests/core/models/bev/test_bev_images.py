"""BEV from picture to people, against the results of the reference implementation with the same weights."""

from __future__ import annotations

import json
import shutil
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.bodies.smpl import SmplFamily, load_smpl
from romp_core.cli.main import main
from romp_core.geometry.rotations import matrix_from_rotvec, rotvec_from_quat
from romp_core.geometry.skeleton import forward_kinematics
from romp_core.models.bev.bodies import ScaledBodies, SmplBodies
from romp_core.models.bev.camera import position, project
from romp_core.models.bev.crowd_windows import plan_windows
from romp_core.models.bev.decode import Decoder, Found
from romp_core.models.bev.estimator import Bev
from romp_core.models.bev.network import BevNetwork
from romp_core.models.bev.peaks import find_centers
from romp_core.models.bev.sampling import Maps, Sampled, feature_cells, person_features, sample
from romp_core.models.bev.suppression import without_duplicates, without_outliers
from romp_core.models.bev.thresholds import BEV, Thresholds, thresholds_for
from romp_core.models.common.age import ADULT_M, NEWBORN_M
from romp_core.models.common.rotation_6d import quat_from_matrix
from romp_core.models.common.square_image import Padding, padding, to_image
from romp_core.reference.bev import REFERENCE
from romp_core.reference.byte_tracker import ByteTracker
from romp_core.storage.take_file import load_take
from romp_core.take.take import Take
from romp_core.tracking.kalman import measurements
from romp_core.tracking.one_euro import OneEuro
from romp_core.typing import Array
from tests.formula import formula_input, formula_state_dict, read_recipe, save_torch_zip
from tests.toy_body import write_packed_bodies

cv2 = pytest.importorskip("cv2")


@pytest.fixture(scope="module")
def folder(golden: Path) -> Path:
    return golden / "bev"


@pytest.fixture(scope="module")
def checkpoint(folder, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("bev") / "BEV.pth"
    save_torch_zip(formula_state_dict(folder), path)
    return path


@pytest.fixture(scope="module")
def network(checkpoint) -> BevNetwork:
    return BevNetwork(checkpoint)


@pytest.fixture(scope="module")
def family(folder, tmp_path_factory) -> SmplFamily:
    bodies = tmp_path_factory.mktemp("bodies")
    write_packed_bodies(bodies, folder)
    return SmplFamily(load_smpl(bodies / "SMPLA_NEUTRAL.pth"), load_smpl(bodies / "smil_packed_info.pth"))


def picture(folder: Path, name: str) -> Array:
    return cv2.imread(str(folder / f"{name}.png"))[..., ::-1]


def found(model: Bev, image: Array) -> Found:
    views = model.prepare([image])
    (people,) = model.found(views, model.infer(views))
    return people


def assert_same_turns(ours: Array, theirs: Array, atol: float) -> None:
    """Equal rotation vectors; near half a turn the sign is free, so there the matrices."""
    flat, expected = ours.reshape(-1, 3), theirs.reshape(-1, 3)
    near_pi = np.linalg.norm(expected, axis=1) > 3.1
    assert_allclose(flat[~near_pi], expected[~near_pi], atol=atol)
    assert_allclose(matrix_from_rotvec(flat[near_pi]), matrix_from_rotvec(expected[near_pi]), atol=atol)


@pytest.mark.parametrize("name", ["image_a", "formula"])
def test_people_of_the_maps(network, folder, name):
    expected = np.load(folder / f"raw_maps_{name}.npz")
    if name == "formula":
        squares = formula_input(read_recipe(folder)["formula_input_add"])
    else:
        squares = Bev(network, ScaledBodies()).prepare([picture(folder, name)]).squares
    maps = network.maps(squares)[0]
    cells, _ = find_centers(maps.centers, REFERENCE.whole.center)
    assert_array_equal(cells, expected["det_pred_czyxs"])
    sampled = sample(maps, REFERENCE.whole.center, network.embedding)
    assert_array_equal(feature_cells(sampled.cams), expected["det_cam_czyx"])
    assert_allclose(sampled.scores, expected["det_center_confs"], atol=1e-4)
    params = np.concatenate([sampled.cams, network.people(sampled.features)], axis=1)
    assert_allclose(params, expected["det_params_pred"], atol=1e-4)


def test_bodies_are_told_from_features(network, folder):
    """Cameras on depth anchors, out of range and negative ones too."""
    expected = np.load(folder / "regress.npz")
    seed = zlib.crc32((read_recipe(folder)["name_prefix"] + "fixture:bev_feat").encode())
    features = np.random.RandomState(seed).standard_normal((128, 128, 128)).astype(np.float32)
    assert_array_equal(features.ravel()[:8], expected["feat_check_first8"])
    cams = expected["cams"]
    read = person_features(features, cams, network.embedding)
    sampled = Sampled(np.ones(len(cams), np.float32), cams, read)
    everybody = Thresholds(0.0, duplicates=-np.inf, outliers=np.inf)
    people = Decoder(network.people, ScaledBodies()).whole(sampled, padding(512, 512), everybody)
    assert_allclose(people.params, expected["params_pred"], atol=1e-4)
    assert_allclose(people.cams, expected["pack_cam"], atol=1e-4)
    assert_same_turns(people.thetas, expected["pack_smpl_thetas"], 1e-4)
    assert_allclose(people.betas, expected["pack_smpl_betas"], atol=1e-4)
    assert_allclose(people.positions, expected["cam_trans"], atol=1e-4, rtol=1e-4)


def assert_as_expected(people: Found, family: SmplFamily, expected: dict[str, Array], atol: float, px: float) -> None:
    """All that simple-romp says of a picture, under its names."""
    verts, joints = family.forward(people.thetas, people.betas, root_align=True)
    ours = {
        "params_pred": people.params,
        "pred_batch_ids": np.zeros(len(people), np.int64),
        "center_confs": people.scores,
        "cam": people.cams,
        "smpl_thetas": people.thetas,
        "smpl_betas": people.betas,
        "cam_trans": people.positions,
        "verts": verts,
        "joints": people.joints,
        "pj2d_org": people.points,
    }
    shapes = json.loads(expected["out_shapes"].item())
    assert all(shapes[key] == [list(value.shape), value.dtype.name] for key, value in ours.items())
    assert_allclose(joints, people.joints, atol=1e-5)
    assert_same_turns(ours.pop("smpl_thetas"), expected["out_smpl_thetas"], atol)
    ours["verts_sub53"] = ours.pop("verts")[:, ::53]
    for key in ours.keys() & {key.removeprefix("out_") for key in expected}:  # bulky ones are not stored everywhere
        tolerance = px if key == "pj2d_org" else atol
        assert_allclose(ours[key], expected[f"out_{key}"], atol=tolerance, err_msg=key)


PICTURES = [
    ("e2e_default_image_a", REFERENCE, "always", 1e-4, 5e-3),
    ("e2e_default_image_b", REFERENCE, "always", 1e-4, 5e-3),
    ("e2e_default_image_wide", REFERENCE, "always", 1e-3, 5e-2),
    ("e2e_nocrowd_image_a", BEV, "never", 1e-4, 5e-3),
    ("e2e_nocrowd_image_wide", BEV, "never", 1e-3, 5e-2),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "selection", "windows", "atol", "px"), PICTURES, ids=[row[0] for row in PICTURES])
def test_people_of_a_picture(network, family, folder, name, selection, windows, atol, px):
    image = picture(folder, "image_" + name.rpartition("_")[2])
    people = found(Bev(network, SmplBodies(family), selection, windows), image)
    assert_as_expected(people, family, dict(np.load(folder / f"{name}.npz")), atol, px)


class Smoothing:
    """What the reference does to a person who is followed: the root as the nine numbers of its matrix."""

    def __init__(self) -> None:
        self.turn, self.pose = OneEuro(3.0), OneEuro(3.0, derivative_of="filtered")
        self.cam, self.shape = OneEuro(1.6, derivative_of="filtered"), OneEuro(0.6, derivative_of="filtered")

    def __call__(self, thetas: Array, betas: Array, cam: Array) -> tuple[Array, Array, Array]:
        root = rotvec_from_quat(quat_from_matrix(self.turn.update(matrix_from_rotvec(thetas[:3]))))
        return np.concatenate([root, self.pose.update(thetas[3:])]), self.shape.update(betas), self.cam.update(cam)


def smoothed(people: Found, smoothing: list[Smoothing], figures: ScaledBodies, pad: Padding) -> Found:
    """The people after each one's filters, posed and placed anew."""
    filtered = [one(*row) for one, *row in zip(smoothing, people.thetas, people.betas, people.cams, strict=True)]
    thetas, betas, cams = (np.array(each, np.float32) for each in zip(*filtered, strict=True))
    joints, positions = figures.joints(thetas, betas), position(cams)
    points = to_image(project(joints + positions[:, None]), pad)
    return replace(people, thetas=thetas, betas=betas, cams=cams, joints=joints, positions=positions, points=points)


@pytest.mark.slow
def test_people_followed_and_smoothed(network, family, folder):
    """The reference's own tracker and filters, over a picture that moves sideways; there, duplicates go last."""
    stored = dict(np.load(folder / "e2e_temporal_image_b_roll.npz"))
    image, figures = picture(folder, "image_b"), SmplBodies(family)
    pad, limits = padding(*image.shape[:2]), REFERENCE.whole
    everybody = replace(REFERENCE, whole=replace(limits, duplicates=-np.inf, outliers=np.inf))
    model, tracker = Bev(network, figures, everybody, "always"), ByteTracker()
    filters: dict[int, Smoothing] = {}
    for step in range(sum(key.endswith("_is_none") for key in stored)):
        expected = {key.removeprefix(f"f{step}_"): stored[key] for key in stored if key.startswith(f"f{step}_")}
        people = found(model, np.roll(image, 2 * step, axis=1))
        ids, rows = tracker.update(measurements(people.cams, people.positions[:, 2]), people.scores)
        assert (len(ids) == 0) == expected["is_none"]
        if not len(ids):
            continue
        ours = smoothed(people.only(rows), [filters.setdefault(id, Smoothing()) for id in ids], figures, pad)
        kept = without_duplicates(ours.points, ours.cams[:, 0], image.shape[:2], limits.duplicates)
        ours, ids = ours.only(kept), ids[kept]
        kept = without_outliers(ours.positions, ours.cams[:, 0], limits.outliers, 0.25)
        assert_array_equal(ids[kept], expected["out_track_ids"])
        assert_as_expected(ours.only(kept), family, expected, 1e-3, 5e-2)


@pytest.mark.parametrize("bodies", ["with body files", "without"])
def test_what_the_loop_sees_is_what_was_found(network, family, folder, bodies):
    """Skeleton, rotations and root give back the joints, and these fall on their pixels."""
    model = Bev(network, SmplBodies(family) if bodies == "with body files" else ScaledBodies())
    image = picture(folder, "image_b")
    people = found(model, image)
    views = model.prepare([image])
    (seen,) = model.decode(views, model.infer(views))
    assert len(seen) == len(people) > 1
    posed, _ = forward_kinematics(seen.rotations, seen.root, seen.rest_joints)
    assert_allclose(posed, seen.joints + seen.root[:, None], atol=1e-5)
    assert_allclose(posed, people.joints[:, :24] + people.positions[:, None], atol=1e-5)
    pixels = to_image(project(posed.astype(np.float32)), padding(*image.shape[:2]))
    assert_allclose(seen.pixels, pixels, atol=2e-2)


def test_children_are_small_without_body_files():
    """The age decides the skeleton's size, from an adult's to a baby's."""
    betas = np.zeros((4, 11), np.float32)
    betas[:, 10] = -0.4, 0.0, 0.5, 1.3
    rest = ScaledBodies().rest_joints(betas)
    tall = np.ptp(rest[..., 1], axis=1)
    assert tall[0] == tall[1] > tall[2] > tall[3]
    assert_allclose(tall[[0, 3]] / tall[0] * ADULT_M, [ADULT_M, NEWBORN_M], rtol=1e-5)


class Lookout:
    """In the network's place: sees somebody of the given scale in the middle of every view; `views` counts these."""

    provider, remark, batch = "", "", 1
    embedding = np.zeros((128, 128), np.float32)

    def __init__(self, scale: float, people: int = 1) -> None:
        self.scale, self.count, self.views = scale, people, 0

    def maps(self, squares: Array) -> list[Maps]:
        self.views += len(squares)
        centers = np.zeros((64, 128, 128), np.float32)
        cams = np.zeros((3, 64, 128, 128), np.float32)
        columns = 64 + 8 * (np.arange(self.count) - self.count // 2)
        centers[10, 64, columns] = 1 - 0.01 * np.arange(self.count)
        cams[0], cams[2] = self.scale, np.arange(128) / 64 - 1
        return [Maps(centers, cams, np.zeros((128, 128, 128), np.float32)) for _ in squares]

    def people(self, features: Array) -> Array:
        upright = np.tile(np.array([1, 0, 0, 1, 0, 0], np.float32), 22)
        return np.tile(np.concatenate([upright, np.zeros(11, np.float32)]), (len(features), 1))


@pytest.mark.parametrize(
    ("size", "scale", "people", "through_windows"),
    [
        ((100, 200), 0.1, 8, True),
        ((100, 199), 0.1, 8, False),  # not wide
        ((100, 300), 0.4, 8, False),  # large in the picture
        ((100, 300), 0.1, 2, False),  # only a few
    ],
)
def test_windows_are_taken_where_they_help(size, scale, people, through_windows):
    """Many small people in a wide picture: it is looked at as a whole first, from the next one on only in windows."""
    network, image = Lookout(scale, people), np.zeros((*size, 3), np.uint8)
    model = Bev(network, ScaledBodies())
    first = found(model, image)
    views = network.views
    assert (views > 1) == through_windows
    again = found(model, image)
    assert network.views - views == (views - 1 if through_windows else 1)
    assert_array_equal(again.cams, first.cams)
    upright = np.zeros((300, 100, 3), np.uint8)
    assert len(model.prepare([upright]).squares) == 1


def test_people_of_windows_stand_where_the_windows_are():
    """Somebody in the middle of each window: once each, one window apart in the picture, equally tall."""
    network, image = Lookout(0.5), np.zeros((100, 300, 3), np.uint8)
    people = found(Bev(network, ScaledBodies(), windows="always"), image)
    assert network.views == len(plan_windows(100, 300, BEV.overlap).boxes)
    middle = people.points[:, 0, 0][1:-1]
    assert_allclose(np.diff(middle), 100 * (1 - BEV.overlap), atol=2)
    assert_allclose(people.cams[:, 0], 0.5 / 3, rtol=1e-5)


@pytest.mark.parametrize("windows", ["never", "always"])
def test_nobody_in_the_picture_or_in_windows(windows):
    model = Bev(Lookout(0.5, people=0), ScaledBodies(), windows=windows)
    views = model.prepare([np.zeros((50, 150, 3), np.uint8)])
    assert [len(seen) for seen in model.decode(views, model.infer(views))] == [0]


@pytest.mark.slow
def test_a_checkpoint_without_or_with_another_camera_grid(folder, network, tmp_path):
    state = formula_state_dict(folder)
    grid = state.pop("coordmap_3d")
    save_torch_zip(state, tmp_path / "BEV.pth")
    without = BevNetwork(tmp_path / "BEV.pth")
    assert without.remark == network.remark == ""
    square = formula_input()
    assert_allclose(without.maps(square)[0].cams, network.maps(square)[0].cams, atol=1e-5)
    save_torch_zip({**state, "coordmap_3d": grid + np.float32(1e-3)}, tmp_path / "BEV.pth")
    assert "camera grid" in BevNetwork(tmp_path / "BEV.pth").remark


def test_the_thresholds_follow_the_checkpoint():
    assert thresholds_for("BEV.pth", "my copy.pth") is BEV
    assert thresholds_for("BEV.pth", "BEV_ft_AGORA (1).pth").whole.center > BEV.whole.center


@pytest.fixture(scope="module")
def surest(folder) -> str:
    """Name of the picture in which the surest person is."""
    scores = {name: np.load(folder / f"e2e_default_{name}.npz")["out_center_confs"] for name in ("image_a", "image_b")}
    return max(scores, key=lambda name: scores[name].max())


def captured(picture: Path, store: Path, out: Path) -> Take:
    """A picture, captured as a user does it."""
    arguments = ["capture", str(picture), "--model", "bev", "--weights", str(store), "-o", str(out)]
    assert main([*arguments, "--progress", "none"]) == 0
    return load_take(out)


def test_a_picture_becomes_a_take(network, checkpoint, folder, surest, tmp_path):
    take = captured(folder / f"{surest}.png", checkpoint.parent, tmp_path / "take.npz")
    people = found(Bev(network, ScaledBodies()), picture(folder, surest))
    people = people.only(people.scores >= 0.12)  # nobody new is followed below that
    seen = [person.observations for person in take.people]
    assert take.solved and len(seen) == len(people)
    depths = people.positions[:, 2] + people.joints[:, 0, 2]
    assert_allclose(sorted(one.root[0, 2] for one in seen), sorted(depths), atol=1e-4)
    assert list(take.provenance.weights) == ["BEV.pth"]
    assert "non-commercial" in take.provenance.model_license


def test_body_files_tell_how_children_are_built(checkpoint, folder, surest, tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    shutil.copy(checkpoint, store)
    write_packed_bodies(store, folder)
    take = captured(folder / f"{surest}.png", store, tmp_path / "take.npz")
    family = SmplFamily(load_smpl(store / "SMPLA_NEUTRAL.pth"), load_smpl(store / "smil_packed_info.pth"))
    for person in take.people:
        rest = family.rest_joints(person.observations.betas)
        assert_allclose(person.observations.rest_joints, rest - rest[:, :1], atol=1e-5)
    assert {"SMPLA_NEUTRAL", "SMIL"} < set(take.provenance.weights)
