"""Motion on an even time grid: what animation files and Blender's timeline need, also from variable frame rates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ..geometry.face_units import N_FACE_UNITS
from ..geometry.fingers import N_FINGERS
from ..geometry.rotations import make_continuous, slerp
from ..geometry.skeleton import N_JOINTS
from ..typing import Array
from .take import Camera, FootageInfo, Motion

FALLBACK_FPS = 30.0
"""Rate given to footage without one: a still image."""
_ON_FRAME = 1e-6
"""In frames: samples nearer to a frame than this need no interpolation."""


def frame_interval(times: Array, fallback: float = 1 / FALLBACK_FPS) -> float:
    """Median seconds between frames (T,), at least a millisecond; the fallback for a single frame."""
    return max(float(np.median(np.diff(times))), 1e-3) if len(times) > 1 else fallback


@dataclass(frozen=True)
class Clip:
    """A motion sampled at an even rate.

    Attributes:
        fps: samples per second. first: index of the first sample on the footage's grid, whose sample 0 is at
            the time of the first frame that was read.
        valid: (n,) bool; rotations: (n, 24, 4) wxyz, sign-continuous; root: (n, 3) meters.
        fingers: (n, 30, 4) wxyz, sign-continuous; face: (n, 52) coefficients; no rows where the motion has none.
    """

    fps: float
    first: int
    valid: Array
    rotations: Array
    root: Array
    fingers: Array = field(default_factory=lambda: np.zeros((0, N_FINGERS, 4)))
    face: Array = field(default_factory=lambda: np.zeros((0, N_FACE_UNITS)))

    @property
    def has_fingers(self) -> bool:
        """Whether the hands were captured."""
        return len(self.fingers) > 0

    @property
    def has_face(self) -> bool:
        """Whether the face was captured."""
        return len(self.face) > 0


def grid_fps(footage: FootageInfo) -> float:
    """Samples per second of the even grid of this footage."""
    return footage.fps if footage.fps > 0 else FALLBACK_FPS


def to_grid(times: Array, footage: FootageInfo, fps: float | None = None) -> Array:
    """Seconds of the footage -> (fractional) index on its even grid; 0 is the first frame that was read."""
    return (np.asarray(times) - footage.times[0]) * (fps or grid_fps(footage))


def sampling(row_times: Array, times: Array) -> tuple[Array, Array, Array]:
    """For each time: the row before, the row after, and the fraction 0..1 between them."""
    after = np.clip(np.searchsorted(row_times, times, side="left"), 0, len(row_times) - 1)
    before = np.maximum(after - 1, 0)
    after = np.where(row_times[before] >= times, before, after)
    span = row_times[after] - row_times[before]
    fraction = np.where(span > 0, (times - row_times[before]) / np.where(span > 0, span, 1.0), 0.0)
    return before, after, np.clip(fraction, 0.0, 1.0)


def resample(motion: Motion, footage: FootageInfo, fps: float | None = None) -> Clip:
    """Sample a motion by true time: spherical interpolation of rotations, linear of the root.

    A sample is valid when the rows around it are.

    Args:
        fps: samples per second; those of the footage's own even grid when left out.
    """
    fps = fps or grid_fps(footage)
    row_times = footage.times[motion.frame_index]
    grid = to_grid(row_times[[0, -1]], footage, fps)
    # To the nearest sample, so that the last frame is kept wherever it falls between two samples.
    first, last = (int(np.floor(position + 0.5)) for position in grid)
    times = footage.times[0] + np.arange(first, max(first, last) + 1) / fps
    before, after, fraction = sampling(row_times, times)
    near_row = np.where(fraction < 0.5, before, after)
    turns = np.concatenate([motion.rotations, motion.fingers], axis=1) if motion.has_fingers else motion.rotations
    if np.abs(fraction - np.round(fraction)).max() < _ON_FRAME:
        rotations, root = turns[near_row], motion.root[near_row]
        face = motion.face[near_row] if motion.has_face else motion.face
    else:
        rotations = slerp(turns[before], turns[after], fraction[:, None])
        root, face = (
            values[before] + (values[after] - values[before]) * fraction[:, None] if len(values) else values
            for values in (motion.root, motion.face)
        )
    on_row = np.abs(row_times[near_row] - times) < 0.1 / fps
    valid = np.where(on_row, motion.valid[near_row], motion.valid[before] & motion.valid[after])
    rotations = make_continuous(rotations)
    body, fingers = rotations[:, :N_JOINTS], rotations[:, N_JOINTS:]
    if not motion.has_fingers:
        fingers = fingers[:0].reshape(0, N_FINGERS, 4)
    return Clip(fps, first, valid, body, root, fingers, face)


def on_common_grid(motion: Motion, footage: FootageInfo) -> Clip:
    """The motion sampled from the first to the last frame of the footage, so that all people share one time line.

    Before the person appears and after the last frame the nearest pose is held, and is not valid.
    """
    clip = resample(motion, footage)
    count = int(np.floor(to_grid(footage.times[-1:], footage)[0] + 0.5)) + 1
    samples = np.arange(count) - clip.first
    held = np.clip(samples, 0, len(clip.root) - 1)
    valid = clip.valid[held] & (samples == held)
    fingers, face = (values[held] if len(values) else values for values in (clip.fingers, clip.face))
    return replace(
        clip, first=0, valid=valid, rotations=clip.rotations[held], root=clip.root[held], fingers=fingers, face=face
    )


def resample_camera(camera: Camera, footage: FootageInfo, fps: float) -> Camera:
    """A moving camera with one position per sample, from the time of the first frame on; a static one as it is."""
    if len(camera.position) == 1:
        return camera
    count = int(to_grid(footage.times[-1], footage, fps) + 0.5) + 1
    before, after, fraction = sampling(footage.times, footage.times[0] + np.arange(count) / fps)
    position = camera.position[before] + (camera.position[after] - camera.position[before]) * fraction[:, None]
    rotation = slerp(camera.rotation[before], camera.rotation[after], fraction)
    return Camera(camera.fov, rotation, position)
