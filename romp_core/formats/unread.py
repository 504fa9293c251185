"""Files that are recognized, but hold nothing that can be imported: what they are, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..errors import TakeError

_BLENDER_IMPORTS = {".bvh": "BVH", ".fbx": "FBX", ".glb": "glTF", ".gltf": "glTF", ".abc": "Alembic", ".usd": "USD"}
_OTHER_SUFFIXES = {
    ".c3d": ("a C3D file of markers", "Fit a body to the markers first, and import the AMASS file that comes of it."),
    ".trc": ("a TRC file of markers", "Fit a body to the markers first, and import the AMASS file that comes of it."),
    ".csv": (
        "a table",
        "Import the file of the tool that holds joint rotations, or MediaPipe landmarks as .json or .npy.",
    ),
    ".obj": ("a mesh", "Import the file of the same tool that holds joint rotations."),
    ".ply": ("a mesh", "Import the file of the same tool that holds joint rotations."),
    ".mp4": ("a video", "Choose it as the footage of a capture."),
    ".mov": ("a video", "Choose it as the footage of a capture."),
    ".blend": ("a Blender file", "Open it, or append from it."),
}
_JOINTS_HINT = "Import a file of joint rotations instead, such as one in the manner of AMASS."


def _has(*keys: str) -> Callable[[Any], bool]:
    return lambda tree: isinstance(tree, Mapping) and set(keys) <= set(tree)


def _people_have(*keys: str) -> Callable[[Any], bool]:
    return lambda tree: isinstance(tree, Mapping) and any(_has(*keys)(person) for person in tree.values())


def _is_positions(tree: Any) -> bool:
    return isinstance(tree, np.ndarray) and tree.ndim in (3, 4) and tree.shape[-1] in (2, 3, 4)


_KNOWN: Final[tuple[tuple[Callable[[Any], bool], str, str], ...]] = (
    (
        _has("v_template", "shapedirs"),
        "an SMPL body model",
        "Choose it in the Models panel; it makes bodies, no motion.",
    ),
    (
        _has("joints_world_0"),
        "joint positions that this program exported",
        "Open the take itself, or export it as AMASS.",
    ),
    (_has("motion", "lengths"), "a motion of MDM or another text-to-motion model", _JOINTS_HINT),
    (_has("pred_xyz_29"), "a result of HybrIK", _JOINTS_HINT),
    (_has("pred_uvd"), "a result of HybrIK", _JOINTS_HINT),
    (_people_have("pred_xyz_29"), "a result of HybrIK", _JOINTS_HINT),
    (_has("people", "version"), "keypoints of OpenPose, which are in the image only", "Capture the footage itself."),
    (_has("positions_3d"), "joint positions of VideoPose3D", _JOINTS_HINT),
    (_has("kps"), "keypoints in the image", "Capture the footage itself."),
    (_has("root_trans_offset"), "a robot's motion", _JOINTS_HINT),
    (_has("state_dict"), "a checkpoint of a network", "Choose a file with results of a network."),
    (
        _has("betas", "gender"),
        "a body's shape without a motion",
        "Choose the file with the motion, which has poses and trans.",
    ),
    (_has("joints"), "joint positions without rotations", _JOINTS_HINT),
    (_has("joints3d"), "joint positions without rotations", _JOINTS_HINT),
    (_has("full_pose"), "joint positions without rotations", _JOINTS_HINT),
    (_is_positions, "positions of joints without rotations", _JOINTS_HINT),
)


def not_read(tree: Any, path: Path, known: str) -> TakeError:
    """The error for content that no format recognizes.

    Args:
        known: titles of the formats that are read.
    """
    for is_it, what, hint in _KNOWN:
        if is_it(tree):
            return TakeError(f"{path.name} looks like {what}, which cannot be imported.", hint)
    return TakeError(f"{path.name} holds no results that can be imported.", f"Choose a file of {known}, or a take.")


def not_read_by_name(path: Path) -> TakeError | None:
    """The error for files whose kind is known by their name; None for others."""
    suffix = path.suffix.lower()
    if suffix in _BLENDER_IMPORTS:
        what = _BLENDER_IMPORTS[suffix]
        return TakeError(f"{path.name} is a {what} file, which Blender itself imports.", f"Use File > Import > {what}.")
    if suffix in _OTHER_SUFFIXES:
        what, hint = _OTHER_SUFFIXES[suffix]
        return TakeError(f"{path.name} is {what}, which cannot be imported as a take.", hint)
    return None
