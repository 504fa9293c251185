"""What TRACE's networks are held to, in onnxruntime and in torch: inputs and tolerances of `golden/trace/README.md`."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.formula_trace import formula_normal

MODES = {"batch": "batch", "running": "eval"}
"""BatchNorm mode -> what the golden set calls it."""
FLOW_PX, MAP, RIGHT, WIDEST = 2e-3, 1e-4, 1e-3, 1e-2

_EVERY = {
    "center_fv": (..., slice(None, None, 2), slice(None, None, 2)),
    "center_3d": (slice(None), slice(None, None, 4), *[slice(None, None, 8)] * 2),
    "cam_3d": (slice(None), slice(None), slice(None, None, 4), *[slice(None, None, 8)] * 2),
    "motion_3d": (slice(None), slice(None), slice(None, None, 4), *[slice(None, None, 8)] * 2),
    "mesh": (slice(None), slice(None, None, 2), *[slice(None, None, 8)] * 2),
    **dict.fromkeys(("motion_fv", "cam_motion", "cam_rot"), (..., slice(None, None, 4), slice(None, None, 4))),
}
"""The samples of each map that the set holds."""


def clips(folder: Path) -> tuple[NDArray, NDArray]:
    """Features of two consecutive clips, each with the frame before: (4, 32, 128, 128), (3, 32, 128, 128)."""
    first = formula_normal(folder, "temporal_clip1", (4, 32, 128, 128), 0.7)
    second = formula_normal(folder, "temporal_clip2", (2, 32, 128, 128), 0.7)
    return first, np.concatenate([first[-1:], second])


def head_inputs(folder: Path) -> tuple[NDArray, NDArray]:
    """Flow (2, 2, 128, 128) and features (2, 32, 128, 128)."""
    flow = np.load(folder / "heads_batch.npz")["flow"]
    return flow, formula_normal(folder, "head_features", (2, 32, 128, 128), 0.8)


def people_inputs(folder: Path) -> tuple[NDArray, NDArray]:
    """Features (6, 128) and cameras (6, 3) for the regressors."""
    features = formula_normal(folder, "traj_features", (2, 3, 128))
    return features.reshape(-1, 128), formula_normal(folder, "traj_cams", (2, 3, 3), 0.3).reshape(-1, 3)


def check_backbone(features: NDArray, expected: Mapping[str, NDArray]) -> None:
    highest = expected["out_stats"][3][:, None, None]
    for found, name in (
        (features[:, :4], "out_full_ch0_3"),
        (features[..., ::4, ::4], "out_stride4"),
        (features[:, :, :1], "out_edge_row0"),
        (features[..., -1:], "out_edge_col63"),
    ):
        wanted = expected[name].reshape(found.shape)
        assert (np.abs(found - wanted) <= MAP * np.maximum(highest[: found.shape[1]], 1e-3)).all(), name


def check_warped(features: NDArray, mode: str, clip: int, expected: Mapping[str, NDArray]) -> None:
    name = f"{MODES[mode]}_out{clip}"
    _near(features[..., ::8, ::8], expected[f"{name}_stride8"], features.std())
    check_statistics(features, expected[f"{name}_stats"], name)
    if clip == 1:
        _near(features[1, 0], expected[f"{name}_t1_ch0"], features.std())


def check_maps(maps: Mapping[str, NDArray], mode: str, folder: Path) -> None:
    """All maps of the heads."""
    expected = np.load(folder / f"heads_{MODES[mode]}.npz")
    for name, part in _EVERY.items():
        stored = name if name in expected else f"{name}_stride"
        _near(maps[name][part], expected[stored], maps[name].std())
        if f"{name}_stats" in expected:
            check_statistics(maps[name], expected[f"{name}_stats"], name)
    _near(maps["center_3d"][0, 10], expected["center_3d_slice_z10_t0"], maps["center_3d"].std())
    _near(maps["cam_3d"][:, :, :3, :4, :4], expected["cam_3d_corner"], maps["cam_3d"].std())


def check_statistics(maps: NDArray, expected: NDArray, name: str) -> None:
    """Mean, deviation, least and greatest of each frame (and channel)."""
    axes = tuple(range(expected.ndim - 1, maps.ndim))
    found = np.stack([maps.mean(axes, dtype=float), maps.std(axes, dtype=float), maps.min(axes), maps.max(axes)])
    limits = np.array([RIGHT, RIGHT, WIDEST, WIDEST]).reshape(4, *[1] * (expected.ndim - 1)) * maps.std()
    assert (np.abs(found - expected) <= limits).all(), name


def _near(found: NDArray, expected: NDArray, deviation: float) -> None:
    assert found.shape == expected.shape
    error = np.abs(found - expected) / deviation
    assert np.quantile(error, 0.999) <= RIGHT
    assert error.max() <= WIDEST
