"""BEV's arithmetic, stage by stage, against the numbers of the reference implementation (`golden/bev/README.md`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.models.bev import constants
from romp_core.models.bev import sampling as regress
from romp_core.models.bev.camera import position, project
from romp_core.models.bev.crowd_windows import plan_windows
from romp_core.models.bev.peaks import find_centers
from romp_core.models.bev.suppression import without_duplicates, without_outliers
from romp_core.models.common.square_image import Padding, to_image
from romp_core.typing import Array


@pytest.fixture(scope="module")
def bev(golden: Path) -> Path:
    return golden / "bev"


def cases(path: Path) -> dict[str, dict[str, Array]]:
    """The arrays `CASE__NAME` of a file by case and name."""
    found: dict[str, dict[str, Array]] = {}
    for key, value in np.load(path).items():
        case, _, name = key.partition("__")
        found.setdefault(case, {})[name] = value
    return found


def test_depth_anchors_and_cameras_of_cells(bev):
    expected = np.load(bev / "constants.npz")
    grid = constants.camera_grid()
    assert_allclose(constants.depth_anchors(), expected["cam3dmap_anchor"], atol=1e-6)
    assert_allclose(constants.TAN_HALF_FOV, expected["tan_fov"], atol=1e-6)
    assert_array_equal(grid.shape, expected["coordmap_3d_shape"])
    assert_allclose(grid[0, ::8, ::16, ::16], expected["coordmap_3d_sub"], atol=1e-6)


def center_map(peaks: Array) -> Array:
    """Bumps (z, y, x, height) on a floor, (64, 128, 128)."""
    volume = np.full((64, 128, 128), -0.1)
    z, y, x = np.ogrid[:64, :128, :128]
    for at_z, at_y, at_x, height in peaks:
        distance = (z - at_z) ** 2 + (y - at_y) ** 2 + (x - at_x) ** 2
        np.maximum(volume, height * np.exp(-distance / 2), out=volume)
    return volume.astype(np.float32)


def test_peaks_of_the_volume_are_found_in_order(bev):
    for case in cases(bev / "parse_3d.npz").values():
        cells, scores = find_centers(center_map(case["peaks_z_y_x_h"]), float(case["conf_thresh"]))
        assert_array_equal(cells, case["czyx"])
        assert_allclose(scores, case["scores"], atol=1e-6)


def test_features_are_read_where_the_camera_says(bev):
    expected = np.load(bev / "regress.npz")
    assert_array_equal(regress.feature_cells(expected["cams"]), expected["cam_czyx"])
    assert_allclose(position(expected["cams"]), expected["cam_trans"], rtol=1e-4)


def test_cameras_place_people_and_project_them(bev):
    given = np.load(bev / "camera.npz")
    positions = position(given["cams"])
    points = project(given["joints71"] + positions[:, None])
    assert_allclose(positions, given["cam_trans"], rtol=1e-4)
    assert_allclose(points, given["pj2d_norm"], rtol=1e-4)
    assert_allclose(to_image(points, Padding(*given["pad_info"])), given["pj2d_org"], rtol=1e-4)


def test_duplicates_and_outliers_go(bev):
    for name, case in cases(bev / "post.npz").items():
        scales = case["cam"][:, 0]
        if name.startswith("sup"):
            height, width = map(int, case["img_shape"][:2])
            scores = case["confs"] if case["conf_based"] else None
            kept = without_duplicates(case["pj2d_px"], scales, (height, width), float(case["thresh"]), scores)
        else:
            limits = float(case["relative_scale_thresh"]), float(case["scale_thresh"])
            kept = without_outliers(case["cam_trans"], scales, *limits)
        assert_array_equal(kept, case["kept"], err_msg=name)


def test_windows_of_wide_pictures_and_cameras_in_them(bev):
    for name, case in cases(bev / "split.npz").items():
        height, width = map(int, case["hw"])
        plan = plan_windows(height, width, float(str(case["overlap"])))
        assert plan.pad == case["pad_length"]
        assert_array_equal(plan.boxes, case["boxes_lrtb"], err_msg=name)
        sizes = [crop.shape[:2] for crop in plan.crops(np.zeros((height, width, 3), np.uint8))]
        assert_array_equal(sizes, plan.boxes[:, [3, 1]] - plan.boxes[:, [2, 0]])
        assert_allclose(plan.to_image(index_of(case["cam_box"], plan), case["cam_in"]), case["cam_out"], atol=1e-5)
        last = plan.to_image(len(plan.boxes) - 1, case["cam_in"])
        assert_allclose(last, case["cam_last_out"], atol=1e-5)


def index_of(box: Array, plan) -> int:
    """Which window has these borders in the unpadded picture."""
    (index,) = np.flatnonzero((plan.boxes - [plan.pad, plan.pad, 0, 0] == box).all(axis=1))
    return int(index)
