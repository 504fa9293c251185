"""The camera's motion over a whole take, as its background shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...geometry.projection import focal_from_fov, fov_from_focal
from ...take.background import Background
from ...take.observations import Observations
from ...take.resample import frame_interval
from ...take.take import FootageInfo, Take
from .shot_motion import ShotMotion, shot_motion
from .tracks import parts

_CONFIDENT = 0.03
"""Standard deviation of the logarithm of a focal length up to which it is used."""
_SAME = 0.003
"""Share by which focal lengths may differ."""


@dataclass(frozen=True)
class CameraMotion:
    """What the background shows.

    Attributes:
        shots: frames and motion of each shot. fov: horizontal, radians, that they are for. fov_error: standard
            deviation of an estimate, as a share of the focal length; None where it was not estimated well enough.
    """

    shots: tuple[tuple[slice, ShotMotion], ...]
    fov: float
    fov_error: float | None = None

    @property
    def is_moving(self) -> bool:
        """In some shot the camera turns or moves."""
        return any(shot.kind in ("turns", "moves") for _, shot in self.shots)

    @property
    def is_still(self) -> bool:
        """In every shot the camera is known to stand still."""
        return all(shot.kind == "still" for _, shot in self.shots)


def camera_motion(
    background: Background, people: Sequence[Observations], footage: FootageInfo, fov: float, known: bool
) -> CameraMotion:
    """The motion of every shot.

    Args:
        people: whoever is in the image. fov: horizontal, radians, `known` or only assumed.
    """
    count = len(footage.times)
    interval = frame_interval(footage.times)
    size = np.array([footage.width, footage.height], np.float64)
    frames = [slice(start, stop) for start, stop in pairwise((0, *footage.cuts, count)) if stop > start]

    def motion(shot: slice, focal: float, known: bool) -> ShotMotion:
        return shot_motion(
            lambda overlap: parts(background, people, footage, shot, overlap),
            shot.stop - shot.start,
            interval,
            size,
            focal,
            known,
        )

    focal = focal_from_fov(fov, footage.width)
    found = [motion(shot, focal, known) for shot in frames]
    if known:
        return CameraMotion(tuple(zip(frames, found, strict=True)), fov)
    best = min(found, key=lambda each: each.focal_error)
    error = best.focal_error if best.focal_error <= _CONFIDENT else None
    if error is not None:
        focal = best.focal
    found = [
        motion(shot, focal, True) if abs(each.focal / focal - 1) > _SAME and len(each.rotation) > 1 else each
        for shot, each in zip(frames, found, strict=True)
    ]
    return CameraMotion(tuple(zip(frames, found, strict=True)), fov_from_focal(focal, footage.width), error)


class CameraMotionCache:
    """Remembers the motion of a take's camera for as long as nothing changes that it depends on."""

    def __init__(self) -> None:
        self._known: tuple[Background, tuple[Observations, ...], float, bool] | None = None
        self._motion: CameraMotion | None = None

    def motion(self, take: Take, fov: float, known: bool) -> CameraMotion | None:
        """What the background shows, where the settings ask for it and there is one; arguments as `camera_motion`."""
        if take.background is None or take.solve.camera.camera not in ("auto", "track"):
            return None
        observations = tuple(person.observations for person in take.people)
        if self._motion is None or not self._same(take.background, observations, fov, known):
            self._motion = camera_motion(take.background, observations, take.footage, fov, known)
            self._known = take.background, observations, fov, known
        return self._motion

    def _same(self, background: Background, observations: tuple[Observations, ...], fov: float, known: bool) -> bool:
        """The very same arrays, and equal numbers."""
        if self._known is None:
            return False
        before, people, *numbers = self._known
        same = len(people) == len(observations) and all(a is b for a, b in zip(people, observations, strict=True))
        return before is background and same and numbers == [fov, known]
