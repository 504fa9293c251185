"""The people of one image as files of simple-romp, BEV and the older ROMP hold them, and as a take needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import TakeError
from ..geometry.projection import root_from_pixels
from ..geometry.rotations import quat_conjugate, quat_from_rotvec, quat_rotate
from ..geometry.skeleton import JOINT, N_JOINTS, PARENTS, forward_kinematics
from ..models.bev.camera import position, project
from ..models.common.body_skeleton import template_joints
from ..models.common.cameras import PINHOLE, project_weak, to_square_px
from ..models.common.frame_estimator import FrameDetections
from ..typing import Array

_POSES = ("smpl_thetas", "poses", "pose")
_BETAS = ("smpl_betas", "betas")
_CONFIDENCE = ("center_confs", "center_conf")
_JOINTS = ("joints", "j3d_smpl24", "j3d_all54")
_PIXELS = "pj2d_org"
_BEV_BETAS = 11
_HIPS = (JOINT["left_hip"], JOINT["right_hip"])
_NEAREST_M = 0.05
_SMALLEST_SCALE, _LARGEST_SCALE = 1e-3, 1e3
_MOST = 1e4
"""Larger angles, distances and positions are not measurements."""
_SMALLEST_M = 0.05


@dataclass(frozen=True)
class Detections:
    """P people.

    Attributes:
        thetas: (P, 72) radians; betas: (P, B); confidence: (P,).
        cams: (P, 3) scale, y, x.
        joints: (P, 24, 3) meters, from the origin that the camera refers to; None where no body model was used.
        pixels: (P, 24, 2) the joints in the image; None likewise.
        bev: the camera is BEV's, not ROMP's.
    """

    thetas: Array
    betas: Array
    confidence: Array
    cams: Array
    joints: Array | None
    pixels: Array | None
    bev: bool

    def only(self, selected: Array) -> Detections:
        """The people of these rows."""
        rows: dict[str, Any] = {k: value[selected] for k, value in vars(self).items() if isinstance(value, np.ndarray)}
        return replace(self, **rows)


def detections(record: Any) -> Detections | None:
    """The people of an image.

    Args:
        record: arrays by name with a row per person (simple-romp, BEV), or a list of such dictionaries, one per person
            (older ROMP). Anything without people gives None.

    Raises:
        TakeError: the arrays do not fit each other.
    """
    if isinstance(record, Sequence) and record and all(isinstance(person, Mapping) for person in record):
        shared = set.intersection(*(set(person) for person in record))
        record = {key: np.stack([np.asarray(person[key]) for person in record]) for key in _known(shared)}
    if not isinstance(record, Mapping):
        return None
    thetas = _rows(record, _POSES, 3 * N_JOINTS)
    if thetas is None or not len(thetas):
        return None
    count = len(thetas)
    betas, cams = _rows(record, _BETAS, None, count), _rows(record, ("cam",), 3, count)
    if betas is None or cams is None:
        raise TakeError("The results have no shapes or no cameras.", "Choose a file that ROMP or BEV wrote.")
    bev = betas.shape[1] == _BEV_BETAS
    confidence = _rows(record, _CONFIDENCE, 1)
    if confidence is None or len(confidence) != count:  # only the largest person was kept, but every confidence
        confidence = np.full((count, 1), 1.0 if confidence is None or not confidence.size else confidence.max())
    found = Detections(
        thetas=thetas,
        betas=betas,
        confidence=confidence[:, 0],
        cams=cams if bev else cams[:, [0, 2, 1]],  # ROMP writes scale, x, y
        joints=_points(record, _JOINTS, count, 3),
        pixels=_points(record, (_PIXELS,), count, 2),
        bev=bev,
    )
    good = (cams[:, 0] > _SMALLEST_SCALE) & (cams[:, 0] < _LARGEST_SCALE)
    for array in (thetas, betas, cams, found.joints):
        if array is not None:
            good &= (np.abs(array.reshape(count, -1)) < _MOST).all(axis=1)  # numbers that are not finite are not
    if found.joints is not None:
        good &= np.ptp(found.joints, axis=1).max(axis=-1) > _SMALLEST_M
    return found.only(good) if good.any() else None


def in_camera_space(found: Detections) -> FrameDetections:
    """The people in camera space; `pixels` are positions in the square around the image, -1..1.

    The stored `cam_trans` of ROMP is not used: it comes from a PnP whose rotation was discarded, so it jitters and
    does not bring the joints to their pixels. BEV's is a function of its camera.
    """
    rotations = quat_from_rotvec(found.thetas.reshape(-1, N_JOINTS, 3))
    if found.joints is None:
        template = template_joints(found.betas, None)
        joints, _ = forward_kinematics(rotations, template[:, 0], template)
        rest = template - template[:, :1]
        if found.bev:  # its camera refers to the middle of the hips
            joints = joints - joints[:, _HIPS].mean(axis=1, keepdims=True)
    else:
        joints, rest = found.joints, rest_joints_of(rotations, found.joints)
    if found.bev:
        origin = position(found.cams)
        square_points = project(joints + origin[:, None])
    else:
        square_points = project_weak(joints, found.cams[:, [0, 2, 1]])
        origin = root_from_pixels(joints, to_square_px(square_points), None, PINHOLE)
    root = joints[:, 0] + origin
    seen = FrameDetections(
        confidence=found.confidence,
        cams=found.cams,
        rotations=rotations,
        betas=found.betas,
        root=root,
        rest_joints=rest,
        joints=joints - joints[:, :1],
        pixels=square_points,
    )
    return seen.only(np.flatnonzero(root[:, 2] > _NEAREST_M))


def rest_joints_of(rotations: Array, joints: Array) -> Array:
    """The skeleton (P, 24, 3) of posed joints (P, 24, 3): each bone turned back by the rotation of its parent."""
    start = np.zeros((len(joints), 3))
    _, orientations = forward_kinematics(rotations, start, np.zeros_like(joints))
    rest = np.zeros_like(joints)
    for joint in range(1, N_JOINTS):
        parent = PARENTS[joint]
        back = quat_conjugate(orientations[:, parent])
        rest[:, joint] = rest[:, parent] + quat_rotate(back, joints[:, joint] - joints[:, parent])
    return rest


def _known(names: set[str]) -> set[str]:
    return names & {*_POSES, *_BETAS, *_CONFIDENCE, *_JOINTS, _PIXELS, "cam"}


def _rows(record: Mapping[str, Any], names: Sequence[str], width: int | None, count: int | None = None) -> Array | None:
    """The first of these arrays that there is, as (P, width) float64."""
    value = next((record[name] for name in names if record.get(name) is not None), None)
    if value is None:
        return None
    array = _numbers(value, names[0])
    if not array.size:
        return np.zeros((0, width or 0))
    # A single person may come without the axis of people.
    rows = array.reshape(len(array) if array.ndim > 1 else 1, -1) if width != 1 else array.reshape(-1, 1)
    if (width is not None and rows.shape[1] != width) or (count is not None and len(rows) != count):
        raise _malformed(names[0])
    return rows


def _points(record: Mapping[str, Any], names: Sequence[str], count: int, axes: int) -> Array | None:
    """The first 24 points of the first of these arrays that there is, as (P, 24, axes) float64."""
    value = next((record[name] for name in names if record.get(name) is not None), None)
    if value is None:
        return None
    array = _numbers(value, names[0])
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or array.shape[1] < N_JOINTS or array.shape[2] < axes:
        raise _malformed(names[0])
    return array[:, :N_JOINTS, :axes] if len(array) == count else None


def _numbers(value: Any, name: str) -> Array:
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise _malformed(name)
    return array.astype(np.float64)


def _malformed(name: str) -> TakeError:
    return TakeError(
        f'"{name}" in the results does not have the form that ROMP or BEV give it.', "Choose another file."
    )
