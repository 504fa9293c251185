"""Motions of AMASS (Mahmood et al. 2019): world motion of SMPL bodies, z up, without a camera.

File format: github.com/nghorbani/amass; `poses` has 72 numbers a frame for SMPL, 156 for SMPL-H, 165 for SMPL-X.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..bodies.embedded import BODY_LICENSE, load_body
from ..errors import TakeError
from ..geometry.projection import focal_from_fov, project
from ..geometry.rotations import make_continuous, quat_conjugate, quat_from_rotvec, quat_multiply, rotvec_from_quat
from ..geometry.skeleton import N_JOINTS, SMPL_PELVIS
from ..solve.contacts.soles import sole_heights
from ..storage.take_file import write_npz
from ..take.observations import Observations
from ..take.resample import resample
from ..take.settings import CaptureSettings, SolveSettings
from ..take.take import Camera, FootageInfo, Motion, Person, Provenance, Take, as_float32, level_camera
from ..typing import Array
from .provenance import provenance_arrays

_WIDTH, _HEIGHT, _FOV = 1920, 1080, np.radians(50.0)
N_BETAS = 10
_BODY_JOINTS = 22
"""Joints that SMPL, SMPL-H and SMPL-X share; SMPL has two hands after them, the others fingers and a face."""
_RATES = ("mocap_framerate", "mocap_frame_rate", "fps")
_USUAL_FPS = 120.0
_FAR = 1e4
"""Meters; nobody walks further than this in front of a motion capture system."""
_MARGIN = 1.15
_SOLES = 5.0
"""Percentile of the lowest sole that is put on the floor: the bodies differ, and single frames may dip."""
_LICENSE = "AMASS motion: non-commercial research (amass.is.tue.mpg.de)"


def is_amass(tree: Any) -> bool:
    """Whether a file's content is a motion of AMASS."""
    return isinstance(tree, Mapping) and "trans" in tree and ("poses" in tree or "pose_body" in tree)


def import_amass(tree: Mapping[str, Any], path: Path, fps: float | None = None) -> Take:
    """The solved take of a motion, on the embedded skeleton, before a level camera that sees all of it.

    Args:
        tree: what the file holds. fps: frame rate, for files that do not give it.

    Raises:
        TakeError: the arrays do not fit each other, or hold numbers that are not finite.
    """
    rotvecs, trans = _pose(tree, path), _array(tree, "trans", path)
    if trans.shape != (len(rotvecs), 3) or not len(trans) or not (np.abs(trans) < _FAR).all():
        raise _malformed("trans", path)
    rate = _rate(tree) or fps or _USUAL_FPS
    count = len(trans)
    settings = SolveSettings()
    frame_index = np.arange(count, dtype=np.int32)
    motion = Motion(
        frame_index=frame_index,
        valid=np.ones(count, bool),
        rotations=as_float32(make_continuous(quat_from_rotvec(rotvecs))),
        root=as_float32(trans + SMPL_PELVIS),
        rest_joints=as_float32(load_body().rest_joints(settings.scale.height)),
        contacts=np.zeros((count, 2), bool),
    )
    motion = _on_floor(motion)
    camera = _camera(motion.joints())
    footage = FootageInfo(str(path), _WIDTH, _HEIGHT, rate, frame_index / rate, frame_index, fov=_FOV)
    provenance = Provenance.stamped(
        model="imported: AMASS",
        model_license=_LICENSE,
        body_license=BODY_LICENSE,
        remark="" if _rate(tree) or fps else f"The file does not give its frame rate; {_USUAL_FPS:g} fps is assumed.",
    )
    person = Person(1, path.stem, _observed(motion, camera, _betas(tree)), motion=motion)
    return Take(uuid.uuid4().hex, footage, (person,), CaptureSettings(), settings, provenance, camera)


def _pose(tree: Mapping[str, Any], path: Path) -> Array:
    """Rotation vectors (T, 24, 3): body joints, and the hands of SMPL; fingers and faces are left out."""
    if "poses" in tree:
        poses = _array(tree, "poses", path)
    else:
        poses = np.concatenate([_array(tree, "root_orient", path), _array(tree, "pose_body", path)], axis=-1)
    if poses.ndim != 2 or poses.shape[1] < 3 * _BODY_JOINTS or not np.isfinite(poses).all():
        raise _malformed("poses", path)
    used = N_JOINTS if poses.shape[1] == 3 * N_JOINTS else _BODY_JOINTS
    rotvecs = np.zeros((len(poses), N_JOINTS, 3))
    rotvecs[:, :used] = poses[:, : 3 * used].reshape(-1, used, 3)
    return rotvecs


def _on_floor(motion: Motion) -> Motion:
    """The motion raised or lowered so that its soles touch the floor."""
    lowest = sole_heights(motion.joints(), motion.rest_joints).min(axis=1)
    return replace(motion, root=as_float32(motion.root - [0, 0, np.percentile(lowest, _SOLES)]))


def _camera(joints: Array) -> Camera:
    """A level camera that looks along +y and sees all joints (T, 24, 3)."""
    low, high = joints.min(axis=(0, 1)), joints.max(axis=(0, 1))
    half = (high - low) / 2
    tangent = np.tan(_FOV / 2)
    distance = _MARGIN * max(half[0] / tangent, half[2] / (tangent * _HEIGHT / _WIDTH))
    middle = (low + high) / 2
    return replace(level_camera(_FOV), position=np.array([[middle[0], low[1] - distance - 1.0, middle[2]]]))


def _observed(motion: Motion, camera: Camera, betas: Array) -> Observations:
    """What a body model would estimate through the camera."""
    count = len(motion.frame_index)
    joints = camera.to_camera(motion.joints(), motion.frame_index)
    center = np.array([_WIDTH, _HEIGHT]) / 2
    rotations = motion.rotations.copy()
    rotations[:, 0] = quat_multiply(quat_conjugate(camera.rotation), rotations[:, 0])
    return Observations(
        frame_index=motion.frame_index,
        confidence=np.ones(count, np.float32),
        keypoints2d=as_float32(project(joints, focal_from_fov(_FOV, _WIDTH), center)),
        visibility=np.ones((count, N_JOINTS), np.float32),
        keypoints3d=as_float32(joints - joints[:, :1]),
        rotations=rotations,
        betas=as_float32(np.tile(betas, (count, 1))),
        root=as_float32(joints[:, 0]),
        rest_joints=np.tile(motion.rest_joints, (count, 1, 1)),
    )


def _rate(tree: Mapping[str, Any]) -> float:
    """Frame rate of the file; 0 when it gives none."""
    for name in _RATES:
        rate = np.asarray(tree.get(name, 0))
        if rate.size == 1 and rate.dtype.kind in "fiu" and 0 < float(rate.reshape(())) < 10_000:
            return float(rate.reshape(()))
    return 0.0


def _betas(tree: Mapping[str, Any]) -> Array:
    betas = np.asarray(tree.get("betas", 0.0))
    return _ten(betas.reshape(-1) if betas.dtype.kind in "fiu" else np.zeros(0))


def _ten(betas: Array) -> Array:
    """The first ten shape coefficients (10,), zeros for those that are missing."""
    kept = np.nan_to_num(betas[:N_BETAS])
    return np.pad(kept, (0, N_BETAS - len(kept)))


def _array(tree: Mapping[str, Any], name: str, path: Path) -> Array:
    value = np.asarray(tree.get(name))
    if value.dtype.kind not in "fiu":
        raise _malformed(name, path)
    return value.astype(np.float64)


def _malformed(name: str, path: Path) -> TakeError:
    return TakeError(f'"{name}" in {path.name} does not have the form that AMASS gives it.', "Choose another file.")


def export_amass(take: Take, out: Path) -> list[Path]:
    """One npz per character in the manner of AMASS (Mahmood et al. 2019), z up, at an even frame rate.

    `poses` (T, 72) rotation vectors, `trans` (T, 3) meters, `betas` (10,), `mocap_framerate`, `gender`, `valid` (T,),
    which is False where the person was not seen, and the strings of `provenance_arrays`. One character is written to
    `out`, several to `out` with `_1`, `_2`, ... appended to the stem.
    """
    written = []
    characters = take.characters
    for index, person in enumerate(characters):
        assert person.motion is not None
        clip = resample(person.motion, take.footage)
        betas = person.observations.betas
        arrays = {
            "poses": rotvec_from_quat(clip.rotations).reshape(len(clip.root), -1),
            "trans": clip.root - SMPL_PELVIS,
            "betas": _ten(np.zeros(0) if betas is None else np.median(betas, axis=0)),
            "mocap_framerate": np.float64(clip.fps),
            "gender": np.array("neutral"),
            "valid": clip.valid,
            **provenance_arrays(take),
        }
        path = out if len(characters) == 1 else out.with_name(f"{out.stem}_{index + 1}{out.suffix}")
        written.append(write_npz(path, arrays))
    return written
