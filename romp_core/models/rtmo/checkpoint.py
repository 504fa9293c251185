"""RTMO's checkpoints: which of the networks they are of, and whether they are whole (`spec/rtmo.md`, section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ...checkpoints import fitting_weights, read_arrays
from ...errors import ModelError
from ...typing import Array
from ..checkpoint import Checkpoint, Shapes
from .files import FILES

INPUT_SIZES = {"t": 416, "s": 640, "m": 640, "l": 640}
"""Rows and columns of the image that each network was trained on."""

KEYPOINTS = 17
_CROWDPOSE = 14
_SIZE_BY_STEM = {24: "t", 32: "s", 48: "m", 64: "l"}
_STEM, _VISIBILITY = "backbone.stem.conv.conv.weight", "head.head_module.out_kpt_vis.0.weight"
_POSE_CHANNELS, _POSE = "head.head_module.out_pose.0.weight", "head.dcc.pose_to_kpts.0.weight"
_OF_TRAINING = ("data_preprocessor.", "head.loss", "head.assigner.")
_COUNTER = ".num_batches_tracked"


class RtmoWeights(NamedTuple):
    """The weights of a checkpoint; `size` is "t", "s", "m" or "l"."""

    size: str
    weights: dict[str, Array]


def templates(size: str) -> tuple[str, str]:
    """Names of the templates of a network: maps, and points of those who were found."""
    return f"rtmo_{size}_maps", f"rtmo_{size}_keypoints"


def shapes(size: str) -> Shapes:
    """Checkpoint key -> shape of everything that a published checkpoint holds, but for counters."""
    from ...inference.template import template_shapes  # onnxruntime takes a while to import

    used = {key: shape for name in templates(size) for key, shape in template_shapes(name).items()}
    channels, code = used[_POSE_CHANNELS][1], used[_POSE][1]
    unused: dict[str, tuple[int, ...]] = {
        "head.dcc.sigma_fc.0.weight": (KEYPOINTS, code),
        "head.dcc.sigma_fc.0.bias": (KEYPOINTS,),
        "head.dcc.sigma_fc.2.scale": (),
    }
    for level in (0, 1):
        unused[f"head.head_module.out_kpt_reg.{level}.weight"] = (2 * KEYPOINTS, channels, 1, 1)
        unused[f"head.head_module.out_kpt_reg.{level}.bias"] = (2 * KEYPOINTS,)
    return used | unused


CHECKPOINT = Checkpoint(
    "RTMO",
    tuple(file.key for file in FILES if file.key.endswith(".pth")),
    ("backbone.stem.conv.", "head.head_module.", "head.dcc."),
    lambda: shapes("s"),
)


def read_weights(path: Path) -> RtmoWeights:
    """The weights of a checkpoint of any size.

    Raises:
        ModelError: see `checkpoints.read`; it is another model's, has CrowdPose's keypoints, or other keys than RTMO's.
    """
    from ..registry import known_checkpoints  # which imports the cards, and they this module

    found = read_arrays(path)
    refuse_crowdpose(path.name, _rows(found, _VISIBILITY))
    size = _SIZE_BY_STEM.get(_rows(found, _STEM), "s")
    expected = shapes(size)
    weights = fitting_weights(found, path.name, expected, CHECKPOINT.title, known_checkpoints())
    others = [key for key in found if key not in expected and not key.startswith(_OF_TRAINING)]
    others = [key for key in others if not key.endswith(_COUNTER)]
    if others:
        raise ModelError(
            f"{path.name} holds weights that RTMO-{size} does not have, such as {others[0]}.",
            "Choose the official checkpoint of RTMO.",
        )
    return RtmoWeights(size, weights)


def refuse_crowdpose(name: str, keypoints: int) -> None:
    """Raise ModelError for a file whose people have other keypoints than COCO's 17."""
    if keypoints == _CROWDPOSE:
        raise ModelError(
            f"{name} is an RTMO for the 14 keypoints of CrowdPose.", "Choose one that was trained on COCO or body7."
        )
    if keypoints not in (0, KEYPOINTS):
        raise ModelError(
            f"{name} gives {keypoints} keypoints instead of COCO's 17.", "Choose an RTMO trained on COCO or body7."
        )


def _rows(found: Mapping[str, Array], key: str) -> int:
    """First dimension of an array; 0 where there is none."""
    return int(found[key].shape[0]) if key in found and found[key].ndim else 0
