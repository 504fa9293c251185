"""What networks gave the reference implementation (`raw_maps_*.npz` of the golden sets), and comparisons with it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from romp_core.models.common.square_image import to_square
from tests.formula import formula_input, read_recipe

MAPS_TOLERANCE = 1e-4
FEATURES_TOLERANCE = 1e-4  # of the feature's standard deviation
Expected = Mapping[str, NDArray[Any]]


def raw_maps(folder: Path) -> Iterator[tuple[NDArray[np.float32], Expected]]:
    """Network input (1, 512, 512, 3) and expected numbers, for every such file of a golden set."""
    files = sorted(folder.glob("raw_maps_*.npz"))
    assert files
    for path in files:
        name = path.stem.removeprefix("raw_maps_")
        if name == "formula":
            picture = formula_input(read_recipe(folder)["formula_input_add"])
        else:
            square, _ = to_square(cv2.imread(str(folder / f"{name}.png"))[..., ::-1])
            picture = square.astype(np.float32)[None]
        yield picture, np.load(path)


def check_romp(maps: Sequence[NDArray], expected: Expected) -> None:
    """`center_maps` and `params_maps` of ROMP."""
    center, params = maps
    near(center, expected["center_maps"])
    near(params[:, :3], expected["cam_maps_raw"])
    near(params[0, :, 4::8, 4::8], expected["params_sub8"])
    near(params[0].mean((1, 2)), expected["params_channel_mean"])
    near(params[0].std((1, 2)), expected["params_channel_std"])
    for channel in (3, 77, 144):
        near(params[0, channel], expected[f"params_ch{channel}"])


def check_bev(maps: Sequence[NDArray], expected: Expected) -> None:
    """The five outputs of BEV's maps, for a batch of one."""
    center, camera, features, front, above = (each[0] for each in maps)
    near(front[:, ::2, ::2], expected["maps_fv"])
    near(front[0], expected["center_fv_full"])
    near(above, expected["bv_out"])
    near(center[::4, ::4, ::4], expected["center_map_3d_sub4"])
    near(center[24], expected["center_map_3d_z24"])
    near(center[:, 64], expected["center_map_3d_y64"])
    near(camera[:, ::8, ::8, ::8], expected["cam_maps_3d_sub8"])
    near(camera[:, 24, ::2, ::2], expected["cam_maps_3d_z24"])
    near(features[::4, ::16, ::16], expected["param_feat_sub"])
    modules = {
        "center_map_refiner": center[None],
        "cam_map_refiner": camera,
        "param_head": features,
        "det_head": front,
        "bv_out_layers": above,
    }
    for name, values in modules.items():
        check_statistics(name, values, expected)


def check_statistics(name: str, values: NDArray, expected: Expected) -> None:
    """Shape, mean, standard deviation and range of one module's output, without the batch axis."""
    assert_array_equal(values.shape, expected[f"shape_{name}"])
    wanted = expected[f"stat_{name}"]
    found = [values.mean(dtype=np.float64), values.std(dtype=np.float64), values.min(), values.max()]
    assert_allclose(found, wanted, rtol=0, atol=FEATURES_TOLERANCE * wanted[1])


def near(values: NDArray, expected: NDArray, tolerance: float = MAPS_TOLERANCE) -> None:
    """Equal within the golden sets' tolerance."""
    assert_allclose(values, expected, rtol=0, atol=tolerance)
