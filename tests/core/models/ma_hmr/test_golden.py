"""MA-HMR through onnxruntime against the reference implementation, stage by stage (`spec/ma_hmr.md`, section 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.footage import open_footage
from romp_core.geometry.rotations import matrix_from_quat, matrix_from_rotvec, rotvec_from_quat
from romp_core.inference.template import open_template, template_shapes
from romp_core.models.common.rotation_6d import quat_from_6d
from romp_core.models.ma_hmr import camera
from romp_core.models.ma_hmr.checkpoint import COARSE, FOV, read_weights
from romp_core.models.ma_hmr.constants import MIN_CONFIDENCE
from romp_core.models.ma_hmr.estimator import Found, MaHmr
from romp_core.models.ma_hmr.network import Coarse, Encoded, MaHmrNetwork, Queries
from romp_core.models.ma_hmr.preprocessing import Patches, cut
from romp_core.models.ma_hmr.token_plan import plan_tokens
from romp_core.typing import Array
from tests.formula_ma_hmr import formula_state, padded_image, read_case, toy_smpl
from tests.torch_files import save_torch_zip

FEATURES, SCALE, ROTATION, METERS, PIXELS = 2e-3, 1e-4, 1e-4, 1e-4, 0.02
CASES = ("case_b2", *(pytest.param(name, marks=pytest.mark.slow) for name in ("case_nofov", "case_full")))


@dataclass
class Run:
    """A case with everything that our networks made of it."""

    recipe: Mapping[str, Any]
    expected: Mapping[str, Array]
    model: MaHmr
    patches: list[Patches]
    coarse: list[Coarse]
    encoded: list[Encoded]
    queries: list[Queries]

    @property
    def found(self) -> list[Found]:
        return [Found(queries, encoded.fov) for queries, encoded in zip(self.queries, self.encoded, strict=True)]

    def focal(self, index: int) -> float:
        return camera.focal_px(self.encoded[index].fov, self.patches[index].height, self.recipe["input_size"])


def images(folder: Path, recipe: Mapping[str, Any]) -> list[Array]:
    found = []
    for name in recipe["images"]:
        with open_footage(folder / name) as footage:
            found.append(next(iter(footage.frames())).image)
    return found


def run(network: MaHmrNetwork, samples: list[Array], recipe: Mapping[str, Any], expected: Mapping[str, Array]) -> Run:
    """All images as one batch: whether any of them has background matters to the others."""
    patches = [cut(image, recipe["input_size"]) for image in samples]
    coarse = [network.coarse(each) for each in patches]
    plans = plan_tokens([each.scale_map for each in coarse])
    encoded = [network.encode(*each) for each in zip(patches, coarse, plans, strict=True)]
    model = MaHmr(network, toy_smpl(bool(recipe.get("use_kid"))))
    return Run(recipe, expected, model, patches, coarse, encoded, [network.decode(each) for each in encoded])


@pytest.fixture(scope="module", params=CASES)
def case(request, ma_hmr: Path, tmp_path_factory) -> Iterator[Run]:
    recipe, expected = read_case(ma_hmr, request.param)
    if request.param == "case_b2":
        path = request.getfixturevalue("base_checkpoint")
    else:
        path = tmp_path_factory.mktemp("case") / "weights.bin"
        save_torch_zip(formula_state(ma_hmr, recipe), path)
    network = MaHmrNetwork(path)
    if request.param != "case_b2":
        path.unlink()
    yield run(network, images(ma_hmr, recipe), recipe, expected)


def test_preprocessing(case):
    for index, patches in enumerate(case.patches):
        sample = case.expected[f"pre{index}_tensor_sample"]
        image = padded_image(patches)
        step = max(image.shape) // max(sample.shape)
        assert_allclose(image.transpose(2, 0, 1)[:, ::step, ::step], sample, atol=1e-5)
        assert_array_equal([patches.height, patches.width], case.expected[f"pre{index}_img_size"])
        assert np.float32(patches.rate) == case.expected[f"pre{index}_resize_rate"]


def test_scale_map_and_order_of_cells(case):
    expected = case.expected
    assert_allclose(np.concatenate([each.scale_map for each in case.coarse]), expected["scale_map"], atol=SCALE)
    cells = np.concatenate([each.cells for each in case.patches])
    assert_array_equal(cells, np.stack([expected["scale_pos_y"], expected["scale_pos_x"]], axis=1))
    for index, each in enumerate(case.coarse):
        assert_allclose(each.token[0], expected[f"add_out{index}_cls"], atol=FEATURES)
        # Every 32nd row of the sequence, whose first row is the class token.
        assert_allclose(each.tokens[::32], expected[f"add_out{index}_tok_every32"], atol=FEATURES)


def check_tokens(encoded: Encoded, size: int, name: str, expected: Mapping[str, Array]) -> None:
    """The same tokens in the same order; positions are shares of the square."""
    sides = size // 14 / 2.0**encoded.levels
    positions = (encoded.cells + 0.5) / sides[:, None]
    assert_array_equal(encoded.levels, expected[f"{name}_lvl"])
    for axis, letter in enumerate("yx"):
        assert_allclose(positions[:, axis], expected[f"{name}_pos_{letter}"], atol=1e-6)


def test_tokens_are_decided_alike(case):
    for index, encoded in enumerate(case.encoded):
        check_tokens(encoded, case.recipe["input_size"], f"sat{index}", case.expected)
        assert_array_equal(np.bincount(encoded.levels, minlength=3), case.recipe["tokens_per_level"][index])
        assert_allclose(encoded.merged[::32], case.expected[f"merged{index}_every32"], atol=FEATURES)
        assert_allclose(encoded.merged.mean(axis=1), case.expected[f"merged{index}_rowmean"], atol=FEATURES)


def test_features(case):
    expected = case.expected
    features = np.concatenate([each.features for each in case.encoded])
    positions = np.concatenate([each.positions for each in case.encoded])
    assert_allclose(features[::16], expected["final_features_every16"], atol=FEATURES)
    assert_allclose(features.mean(axis=1), expected["final_features_rowmean"], atol=FEATURES)
    assert_allclose(features.std(axis=1), expected["final_features_rowstd"], atol=FEATURES)
    assert_allclose(positions[::16], expected["mem_pos_every16"], atol=1e-5)
    for index, each in enumerate(case.encoded):
        assert_allclose(each.token[0], expected[f"enc_cls{index}"], atol=FEATURES)
        if case.recipe["use_fov"]:
            assert_allclose(each.fov, expected["fov_pred_raw"][index, 0], atol=1e-5)
        else:
            assert each.fov is None


def test_decoder(case):
    expected = case.expected
    every = 50 // expected["dec_hs_last"].shape[1]
    for index, each in enumerate(case.queries):
        assert_allclose(each.hidden[0, ::5], expected["dec_hs_first_every5"][index], atol=FEATURES)
        assert_allclose(each.hidden[-1, ::every], expected["dec_hs_last"][index], atol=FEATURES)
        assert_allclose(each.anchors, expected["dec_ref"][:, index], atol=1e-4)
        assert_allclose(each.boxes, expected["pred_boxes"][index], atol=1e-4)
        assert_allclose(each.confidences, expected["pred_confs"][index, :, 0], atol=1e-4)
        assert_allclose(each.betas, expected["pred_betas"][index], atol=1e-4)
        assert_allclose(each.cams, expected["cam_xys"][index], atol=1e-4)
        turns = matrix_from_quat(quat_from_6d(each.poses.reshape(-1, 6)))
        wanted = matrix_from_rotvec(expected["pred_poses"][index].reshape(-1, 3))
        assert_allclose(turns, wanted, atol=ROTATION)


def test_bodies_stand_where_the_camera_has_them(case):
    """Of all 50 queries: translation, mesh, joints, pixels of the resized image."""
    size, expected, body = case.recipe["input_size"], case.expected, toy_smpl(bool(case.recipe["use_kid"]))
    for index, (patches, queries) in enumerate(zip(case.patches, case.queries, strict=True)):
        focal = case.focal(index)
        intrinsics = expected["pred_intrinsics"][index, 0]
        assert_allclose([focal, focal], np.diag(intrinsics)[:2], rtol=1e-5)
        assert_allclose([patches.width / 2, patches.height / 2], intrinsics[:2, 2], atol=1e-4)
        position = camera.translations(queries.cams, focal, size)
        assert_allclose(position, expected["pred_transl"][index], atol=METERS)
        assert_allclose(position[:, 2] / focal, expected["pred_depths"][index, :, 1], atol=1e-6)
        thetas = rotvec_from_quat(quat_from_6d(queries.poses.reshape(50, 24, 6))).reshape(50, 72)
        vertices, joints = body.forward(thetas, queries.betas)
        vertices, joints = vertices + position[:, None], joints[:, :45] + position[:, None]
        assert_allclose(joints[:, :24], expected["pred_j3ds_first24"][index], atol=METERS)
        assert_allclose(joints[::10], expected["pred_j3ds_full_every10"][index], atol=METERS)
        assert_allclose(vertices[::5, ::331], expected["pred_verts_every331_q_every5"][index], atol=METERS)
        in_front = expected["pred_j3ds_first24"][index][..., 2].min(axis=1) > 0.3  # near 0 a pixel means nothing
        pixels = camera.project(joints, focal, patches.height, patches.width)
        assert_allclose(pixels[in_front], expected["pred_j2ds"][index][in_front], atol=PIXELS)


def test_people_as_the_product_gives_them(case):
    for index, people in enumerate(case.model.decode(case.patches, case.found)):
        confidences = case.expected["pred_confs"][index, :, 0]
        selected = case.expected[f"select{index}"]
        assert_array_equal(np.flatnonzero(confidences > MIN_CONFIDENCE), selected)
        order = selected[np.argsort(-confidences[selected], kind="stable")]
        rows = np.searchsorted(selected, order)
        assert len(people) == case.recipe["selected"][index]
        assert_allclose(people.confidence, confidences[order], atol=1e-4)
        joints = case.expected["pred_j3ds_first24"][index][order]
        assert_allclose(people.root[:, None] + people.joints, joints, atol=METERS)
        assert_allclose(people.root, joints[:, 0], atol=METERS)
        pixels = case.expected[f"person{index}_j2d_original_px"][rows, :24]
        rate = case.patches[index].rate
        assert_allclose(people.pixels, pixels, atol=PIXELS / rate)
        longest = case.recipe["input_size"] / rate
        assert_allclose(people.focal * longest, case.expected[f"focal_original_px{index}"], rtol=1e-5)
        depth = case.expected["pred_transl"][index][order, 2]
        assert_allclose(people.focal * people.depth_per_focal, depth, atol=METERS)
        vertical = np.degrees(2 * np.arctan(case.patches[index].height / rate / 2 / (people.focal * longest)))
        assert_allclose(vertical, case.expected[f"fov_deg{index}"][0], atol=1e-3)


@pytest.fixture(scope="module")
def base(base_checkpoint: Path) -> MaHmrNetwork:
    return MaHmrNetwork(base_checkpoint)


def overridden(network: MaHmrNetwork, checkpoint: Path, template: str, key: str, values: list[float]) -> None:
    """Open one of a network's graphs again with another bias."""
    weights = read_weights(checkpoint).networks
    needed = {name: weights[name] for name in template_shapes(template)}
    opened = open_template(template, needed | {key: np.array(values, np.float32)}, 2)
    network._sessions[template] = opened.session


@pytest.mark.parametrize("name", ["no_background", "all_background", "all_fine", "no_fine"])
def test_token_sets_at_their_limits(ma_hmr, base, base_checkpoint, name):
    recipe, expected = read_case(ma_hmr, "case_edge")
    samples = images(ma_hmr, read_case(ma_hmr, "case_b2")[0])
    override = next(item for item in recipe["cases"][name].items() if item[0].startswith("scale_head"))
    overridden(base, base_checkpoint, COARSE, *override)
    ran = run(base, samples, recipe, expected)
    for index, (encoded, queries) in enumerate(zip(ran.encoded, ran.queries, strict=True)):
        check_tokens(encoded, recipe["input_size"], f"{name}_sat{index}", expected)
        assert len(encoded.levels) == recipe["cases"][name]["token_lens"][index]
        focal = ran.focal(index)
        assert_allclose(queries.confidences, expected[f"{name}_pred_confs"][index, :, 0], atol=1e-4)
        assert_allclose(queries.boxes, expected[f"{name}_pred_boxes"][index], atol=1e-4)
        assert_allclose(queries.betas, expected[f"{name}_pred_betas"][index], atol=1e-4)
        assert_allclose(focal, expected[f"{name}_pred_intrinsics"][index, 0, 0, 0], rtol=1e-5)
        position = camera.translations(queries.cams, focal, recipe["input_size"])
        assert_allclose(position, expected[f"{name}_pred_transl"][index], atol=METERS)


def test_the_field_of_view_has_a_lower_limit(ma_hmr, base, base_checkpoint):
    recipe, expected = read_case(ma_hmr, "case_edge")
    base_recipe, base_expected = read_case(ma_hmr, "case_b2")
    ((key, values),) = recipe["fovclamp"].items()
    overridden(base, base_checkpoint, FOV, key, values)
    overridden(
        base, base_checkpoint, COARSE, "scale_head.layers.3.bias", recipe["base_overrides"]["scale_head.layers.3.bias"]
    )
    ran = run(base, images(ma_hmr, base_recipe), base_recipe, base_expected)
    for index, encoded in enumerate(ran.encoded):
        assert_allclose(encoded.fov, expected["fovclamp_raw"][index, 0], atol=1e-5)
        assert_allclose(ran.focal(index), expected["fovclamp_intrinsics"][index, 0, 0, 0], rtol=1e-5)
        position = camera.translations(ran.queries[index].cams, ran.focal(index), recipe["input_size"])
        assert_allclose(position, expected["fovclamp_transl"][index], rtol=1e-4)


def test_images_alone_are_as_in_a_batch(case):
    """Where a batch has background in every image, as these have."""
    for patches, coarse, encoded in zip(case.patches, case.coarse, case.encoded, strict=True):
        alone = plan_tokens([coarse.scale_map])[0]
        _, levels = alone.cells(patches.quartered(alone.fine)[1], patches.cells)
        assert_array_equal(levels, encoded.levels)
