"""The arithmetic around MA-HMR's networks against the reference implementation (`spec/ma_hmr.md`, section 9)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.geometry.rotations import matrix_from_quat
from romp_core.images.resize_linear import resize_linear
from romp_core.models.common.rotation_6d import quat_from_6d, rotvec_from_6d
from romp_core.models.ma_hmr.embeddings import waves
from romp_core.models.ma_hmr.preprocessing import cut, fitted_size
from romp_core.models.ma_hmr.z_order import z_codes, z_ordered_cells
from romp_core.typing import Array
from tests.formula_ma_hmr import padded_image, toy, toy_smpl


@pytest.fixture(scope="module")
def units(ma_hmr: Path) -> Array:
    return np.load(ma_hmr / "units.npz")


def test_sizes_are_computed_in_single_precision(ma_hmr):
    rows = json.loads((ma_hmr / "resize_float32.json").read_text())
    assert any(row["resized"] != [row["short_side_if_float64"]] * 2 for row in rows)
    for row in rows:
        assert [*fitted_size(row["h"], row["w"], row["input_size"])[:2]] == row["resized"]


def test_images_are_resized_padded_and_normalized(units):
    random = np.random.RandomState(1)
    images: dict[tuple[int, int], Array] = {}
    for size, height, width, *expected in units["pp_table"].tolist():
        if (height, width) not in images:
            blocks = random.randint(0, 256, (max(2, height // 40), max(2, width // 40), 3)).astype(np.uint8)
            sides = (height, blocks.shape[0]), (width, blocks.shape[1])
            rows, columns = (np.floor(np.arange(side) * (1 / (side / count))).astype(int) for side, count in sides)
            images[height, width] = blocks[rows][:, columns, ::-1]  # drawn as OpenCV has them, blue first
        pieces = cut(images[height, width], size)
        image = padded_image(pieces)
        assert [pieces.height, pieces.width, *image.shape[:2]] == expected
        name = f"pp_{size}_{height}x{width}"
        assert np.float32(pieces.rate) == units[f"{name}_rate"]
        if f"{name}_sample" in units:
            sample = units[f"{name}_sample"]
            step = max(image.shape) // max(sample.shape)
            assert_allclose(image.transpose(2, 0, 1)[:, ::step, ::step], sample, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("shape", [(37, 91), (180, 200), (1, 1), (2, 300), (64, 64)])
def test_resizing_is_that_of_opencv_to_the_bit(shape):
    cv2 = pytest.importorskip("cv2", reason="NOT CHECKED: OpenCV is the reference")
    image = np.random.default_rng(3).integers(0, 256, (*shape, 3), dtype=np.uint8)
    for width, height in ((64, 64), (32, 32), (100, 90), (301, 7), (91, 37), (400, 411)):
        assert_array_equal(resize_linear(image, width, height), cv2.resize(image, (width, height)))


def test_cells_are_in_z_order(units):
    row, column = np.indices((16, 16))
    assert_array_equal(z_codes(row, column), units["zmap_depth4"])
    cells = z_ordered_cells(6, 10)
    assert_array_equal(cells, np.stack([units["zorder_6x10_y"], units["zorder_6x10_x"]], axis=1))
    assert_array_equal(z_codes(*cells.T), np.sort(units["zorder_6x10_z"]))


def test_positions_become_waves(units):
    both = np.concatenate([waves(units["pe_y"]), waves(units["pe_x"])], axis=1)
    assert_allclose(both, units["pe_768"], atol=1e-5)


def test_rotations_in_six_numbers(units):
    six = units["rot6d_in"].reshape(-1, 6)
    assert_allclose(matrix_from_quat(quat_from_6d(six)), units["rot6d_mat"], atol=1e-5)
    turns, expected = rotvec_from_6d(six), units["rot6d_aa"].reshape(-1, 3)
    angle = np.linalg.norm(expected, axis=1)
    clear = angle < np.pi - 1e-3  # at half a turn the axis may point either way
    assert_allclose(turns[clear], expected[clear], atol=1e-4)
    assert_allclose(np.linalg.norm(turns, axis=1), angle, atol=1e-4)
    assert_allclose(np.linalg.norm(quat_from_6d(np.zeros((1, 6)))), 1, err_msg="zeros are no rotation, but harmless")


@pytest.mark.parametrize("kid", [False, True])
def test_the_toy_body_is_that_of_the_set(units, kid):
    vertices, joints = toy_smpl(kid).forward(units["smpl_pose"], units["smpl_betas11"][:, : 10 + kid])
    name = "smplkid" if kid else "smpl"
    assert_allclose(vertices[:, ::53], units[f"{name}_verts_every53"], atol=1e-5)
    assert_allclose(joints[:, :45], units[f"{name}_joints45"], atol=1e-5)
    assert_allclose(0.2 * toy("mean_shape", (10,)), units["toy_mean_shape"], atol=1e-6)
