"""Captures with MA-HMR as a user starts them, and what may be imposed afterwards: another lens, another height."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.cli.main import main
from romp_core.errors import ModelError, SettingsError
from romp_core.geometry.projection import focal_from_fov
from romp_core.models.ma_hmr.bodies import rest_joints
from romp_core.models.ma_hmr.estimator import MaHmr
from romp_core.models.ma_hmr.network import MaHmrNetwork
from romp_core.models.registry import MODELS, weight_store
from romp_core.solve import solve
from romp_core.solve.heights import estimated_skeleton, stature
from romp_core.storage.take_file import load_take
from romp_core.take.settings import CaptureSettings
from romp_core.take.settings.fields import with_values
from romp_core.take.take import FootageInfo, Take, fov_source, joints_camera, predicted_focal, take_fov
from tests.core.models.ma_hmr.conftest import write_small
from tests.formula_ma_hmr import toy_smpl

pytestmark = pytest.mark.slow

AS_SEEN = {"above_floor": False, "contacts": False, "level": False, "strength": 0.0, "camera": "static"}
"""Solve settings that leave people where the model has them."""


@pytest.fixture(scope="module")
def store(small_checkpoint: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    shutil.copy(small_checkpoint, folder)
    return folder


def captured(store: Path, source: Path, out: Path, *options: str) -> Take:
    arguments = ["capture", str(source), "--model", "ma_hmr", "--weights", str(store), "-o", str(out)]
    assert main([*arguments, "--progress", "none", *options]) == 0
    return load_take(out)


@pytest.fixture(scope="module")
def clip_take(store: Path, demo_clip: Path, tmp_path_factory) -> Take:
    """Five frames of a film, in each of which the weights see many people; six of them are kept."""
    return captured(store, demo_clip, tmp_path_factory.mktemp("clip") / "take.npz", "--end", "0.14", "--people", "6")


def test_a_still_becomes_a_take(ma_hmr, base_checkpoint, tmp_path):
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "mahmr_stage3.bin").symlink_to(base_checkpoint)
    image = ma_hmr / "case_b2_a_land.png"
    take = captured(folder, image, tmp_path / "take.npz")
    expected = np.load(ma_hmr / "case_b2.npz")
    assert len(take.people) == len(expected["select0"]) and take.solved
    confidence = sorted((float(person.observations.confidence[0]) for person in take.people), reverse=True)
    assert_allclose(confidence, np.sort(expected["pred_confs"][0, expected["select0"], 0])[::-1], atol=1e-4)
    longest = max(take.footage.width, take.footage.height)
    focal = predicted_focal([person.observations for person in take.people])
    assert focal is not None
    assert_allclose(focal * longest, expected["focal_original_px0"], rtol=1e-5)
    assert_allclose(focal_from_fov(take_fov(take), take.footage.width), expected["focal_original_px0"], rtol=1e-5)
    assert fov_source(take) == "predicted" and take.estimates and take.estimates.fov.source == "predicted"
    assert take.provenance.model_license.startswith("CC BY-NC 4.0")
    assert list(take.provenance.weights) == ["mahmr_stage3.bin"]
    alone = solve(replace(take, solve=with_values(take.solve, AS_SEEN)))
    for person in alone.characters:
        assert_allclose(joints_camera(alone, person.motion)[0, 0], person.observations.root[0], atol=1e-3)
    out = tmp_path / "people.npz"
    assert main(["export", str(tmp_path / "take.npz"), "--format", "joints", str(out)]) == 0
    with np.load(out) as exported:
        assert "CC BY-NC 4.0" in str(exported["model_license"])


def test_a_clip_is_tracked_and_keeps_what_was_estimated(clip_take):
    frames = len(clip_take.footage.times)
    assert frames >= 4 and len(clip_take.people) >= 5
    for person in clip_take.people:
        seen = person.observations
        assert seen.is_metric and seen.rotations is not None and seen.betas is not None
        assert seen.betas.shape[1] == 11 and (seen.root[:, 2] > 0).all()
    longest = [person for person in clip_take.people if len(person.observations.frame_index) == frames]
    assert longest, "somebody is followed through all frames"
    assert fov_source(clip_take) == "predicted"


def flickering(take: Take, factors: np.ndarray) -> Take:
    """The take as if the camera branch had flickered: the image shows the same, depths follow the focal length."""
    people = []
    for person in take.people:
        seen = person.observations
        focal = seen.focal * factors[seen.frame_index]
        root = seen.root.copy()
        root[:, 2] += (focal - seen.focal) * seen.depth_per_focal
        people.append(replace(person, observations=replace(seen, focal=focal.astype(np.float32), root=root)))
    return replace(take, people=tuple(people))


def test_the_median_field_of_view_steadies_depths(clip_take):
    """Every frame's depth is brought to the median focal length, exactly."""
    count = len(clip_take.footage.times)
    factors = np.linspace(0.9, 1.1, count)
    factors[-1] = 3.0
    middle = float(np.median(factors))
    flicker = flickering(clip_take, factors)
    steady = flickering(clip_take, np.full(count, middle))
    before = predicted_focal([person.observations for person in clip_take.people])
    after = predicted_focal([person.observations for person in flicker.people])
    assert before and after and abs(after / (before * middle) - 1) < 0.02
    still = {**AS_SEEN, "fov": 55.0}
    one, other = (solve(replace(take, solve=with_values(take.solve, still))) for take in (flicker, steady))
    for ours, theirs in zip(one.characters, other.characters, strict=True):
        assert_allclose(ours.motion.root, theirs.motion.root, atol=1e-4)


def test_the_users_field_of_view_scales_depths_exactly_and_leaves_the_image(clip_take):
    from romp_core.geometry.projection import Pinhole
    from romp_core.solve.body_fit import metric_roots

    size = np.array([clip_take.footage.width, clip_take.footage.height])
    longest = size.max()
    for person in clip_take.people:
        seen = person.observations
        rest = estimated_skeleton(seen)
        assert seen.root is not None and seen.focal is not None and seen.depth_per_focal is not None
        depth = seen.focal * seen.depth_per_focal  # SMPL's own t_z
        for factor in (0.6, 1.0, 1.7):
            focal = float(seen.focal[0]) * factor
            roots = metric_roots(seen, rest, Pinhole(focal * longest, size / 2))
            assert_allclose(roots[:, :2], seen.root[:, :2], atol=1e-6)
            moved = roots[:, 2] - seen.root[:, 2]
            assert_allclose(depth + moved, depth * focal / seen.focal, rtol=1e-5)
            pixels = roots[:, :2] / roots[:, 2:] * focal * longest
            before = seen.root[:, :2] / seen.root[:, 2:] * seen.focal[:, None] * longest
            offset = np.abs(seen.root[:, 2] - depth)  # the pelvis is not quite at SMPL's origin
            bound = 0.5 + np.abs(before).max(axis=1) * offset / depth * abs(1 / factor - 1)
            assert (np.abs(pixels - before).max(axis=1) <= bound).all()


def test_sizes_are_the_models_until_a_height_is_given(store, demo_clip, clip_take, tmp_path):
    sizes = {each.id: stature(estimated_skeleton(each.observations)) for each in clip_take.people}
    solved = {each.id: stature(each.motion.rest_joints) for each in clip_take.characters}
    for id, size in solved.items():
        assert size == pytest.approx(sizes[id], rel=1e-3)
    assert {each.source for each in clip_take.estimates.heights.values()} == {"model"}
    known = clip_take.characters[0]
    taller = solve(clip_take.with_person(replace(known, height=2 * sizes[known.id])))
    for each in taller.characters:
        assert stature(each.motion.rest_joints) == pytest.approx(2 * sizes[each.id], rel=1e-3)
    free = with_values(clip_take.solve, {"model_scale": False, "height": 1.0})
    small = solve(replace(clip_take, solve=free))
    ratios = [stature(each.motion.rest_joints) / sizes[each.id] for each in small.characters]
    assert np.ptp(ratios) < 1e-3 and max(stature(each.motion.rest_joints) for each in small.characters) < 1.2


def test_detections_from_nobody_to_everybody(small_checkpoint):
    network = MaHmrNetwork(small_checkpoint)
    image = np.random.default_rng(1).integers(0, 256, (90, 160, 3), dtype=np.uint8)
    counts = []
    for threshold in (0.05, 0.95):
        model = MaHmr(network, threshold=threshold)
        inputs = model.prepare([image])
        (people,) = model.decode(inputs, model.infer(inputs))
        counts.append(len(people))
        assert people.pixels.shape == (len(people), 24, 2) and (np.diff(people.confidence) <= 0).all()
    assert counts == [50, 0]


def test_images_of_all_shapes(small_checkpoint):
    """One pixel, panoramas, portraits, grey, black: finite numbers, and nothing for the next image to stumble over."""
    network = MaHmrNetwork(small_checkpoint)
    model = MaHmr(network, toy_smpl(kid=True), threshold=0.05)
    random = np.random.default_rng(2)
    sizes = [(1, 1), (1, 700), (700, 1), (50, 2000), (9, 16), (16, 9), (200, 300), (300, 200), (111, 113), (56, 56)]
    images = [
        random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in (*sizes, *((30 + i, 70) for i in range(4)))
    ]
    grey = np.repeat(random.integers(0, 256, (80, 120, 1), dtype=np.uint8), 3, axis=2)
    images += [grey, np.zeros((40, 60, 3), np.uint8)]
    assert len(images) == 16
    inputs = model.prepare(images)
    together = model.decode(inputs, model.infer(inputs))
    for image, people in zip(images, together, strict=True):
        assert len(people) == 50, image.shape
        for name, values in people.arrays.items():
            assert np.isfinite(values).all(), (name, image.shape)
    alone = model.prepare(images[6:7])
    (single,) = model.decode(alone, model.infer(alone))
    assert_array_equal(single.root, together[6].root)


def test_weights_without_a_camera_assume_60_degrees(shapes, demo_clip, tmp_path):
    first = {key: shape for key, shape in shapes.items() if not key.startswith("fov_head.")}
    write_small({**first, "dn_enc.label_enc.weight": (2, 768)}, tmp_path / "mahmr_stage1.bin")
    take = captured(tmp_path, demo_clip, tmp_path / "take.npz", "--end", "0.05")
    assert fov_source(take) == "model" and take.estimates.fov.origin == "as the model assumes"
    along = take_fov(take) if take.footage.width >= take.footage.height else None
    assert along is None or np.degrees(along) == pytest.approx(60, abs=0.01)
    assert list(take.provenance.weights) == ["mahmr_stage1.bin"]


def test_an_estimator_says_what_its_weights_lack(shapes, tmp_path):
    first = {key: shape for key, shape in shapes.items() if not key.startswith("fov_head.")}
    write_small(first, tmp_path / "mahmr_stage3.bin")
    footage = FootageInfo("clip.mp4", 64, 64, 30.0, np.zeros(0), np.zeros(0, np.int32))
    estimator = MODELS["ma_hmr"].open(footage, CaptureSettings(model="ma_hmr"), weight_store(tmp_path))
    assert "SAT-HMR has no camera branch" in estimator.remark


def test_without_weights_the_user_is_told_how_to_get_them(demo_clip, tmp_path, capsys):
    arguments = [
        "capture",
        str(demo_clip),
        "--model",
        "ma_hmr",
        "--weights",
        str(tmp_path),
        "-o",
        str(tmp_path / "t.npz"),
    ]
    assert main([*arguments, "--progress", "none"]) == 1
    error = capsys.readouterr().err
    assert "mahmr_stage3.bin" in error and "download mahmr_stage3.bin and choose it" in error
    with pytest.raises(ModelError):
        MODELS["ma_hmr"].open(
            FootageInfo("c", 8, 8, 0, np.zeros(0), np.zeros(0)), CaptureSettings(), weight_store(tmp_path)
        )


def test_the_threshold_has_limits():
    with pytest.raises(SettingsError, match="Detection Threshold"):
        MODELS["ma_hmr"].read_options(CaptureSettings(model="ma_hmr", model_options={"detection_threshold": 0.99}))


def test_children_are_small_with_and_without_body_files():
    betas = np.zeros((2, 11), np.float32)
    betas[1, 10] = 0.5
    for body in (None, toy_smpl(), toy_smpl(kid=True)):
        adult, child = (joints - joints[0] for joints in rest_joints(betas, body))
        ratio = np.linalg.norm(child, axis=1)[1:].sum() / np.linalg.norm(adult, axis=1)[1:].sum()
        assert 0.5 < ratio < 0.9


def test_an_smpl_file_gives_people_their_own_skeletons(store, toy_bodies, demo_clip, tmp_path):
    both = tmp_path / "store"
    shutil.copytree(store, both)
    shutil.copy(toy_bodies / "SMPL_NEUTRAL.pth", both)
    take = captured(both, demo_clip, tmp_path / "take.npz", "--end", "0.02")
    skeletons = np.concatenate([person.observations.rest_joints for person in take.people])
    assert_allclose(skeletons[:, 0], 0, atol=1e-6)
    assert np.ptp(skeletons, axis=0).max() > 1e-4
    assert set(take.provenance.weights) == {"mahmr_stage3.bin", "SMPL_NEUTRAL"}
    assert "SMPL" in take.provenance.body_license
