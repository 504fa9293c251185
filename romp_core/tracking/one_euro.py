"""One-Euro filter (Casiez, Roussel, Vogel, CHI 2012): smooth at rest, prompt in motion. For live use, where the
future is unknown; takes of footage are smoothed without lag by `solve.filters`."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from ..geometry.rotations import quat_conjugate, quat_multiply, rotvec_from_quat, slerp
from ..typing import Array

FRAME_S = 1 / 30
_ROTATION_CUTOFF_HZ, _ROOT_CUTOFF_HZ = 3.0, 1.6
_FORGET_S = 1.0


def _share(cutoff: Array | float, elapsed: float) -> Array:
    """Share of the new value in a first-order low-pass filter; cutoff in Hz."""
    return np.asarray(1.0 / (1.0 + 1.0 / (2 * math.pi * np.asarray(cutoff) * elapsed)))


class OneEuro:
    """Filters arrays of numbers, each by itself.

    Args:
        min_cutoff: Hz, of a signal at rest. beta: Hz more per unit per second. derivative_cutoff: Hz.
        derivative_of: the derivative is taken from the last "raw" value, as published, or from the last "filtered" one,
            as ROMP, BEV and TRACE do with several people.
    """

    def __init__(
        self,
        min_cutoff: float = 1.0,
        beta: float = 0.7,
        derivative_cutoff: float = 1.0,
        derivative_of: Literal["raw", "filtered"] = "raw",
    ) -> None:
        self.min_cutoff, self.beta, self.derivative_cutoff = min_cutoff, beta, derivative_cutoff
        self.derivative_of = derivative_of
        self._raw: Array | None = None

    def update(self, value: Array | float, elapsed: float = FRAME_S, speed_scale: float = 1.0) -> Array:
        """The filtered value.

        Args:
            elapsed: seconds since the value before.
            speed_scale: factor of the speed, such as 1 / size where `beta` is meant relative to a size.
        """
        value = np.asarray(value)
        if self._raw is None:
            self._raw, self._filtered, self._speed = value, value, np.zeros_like(self._step(value, value))
            return value
        speed = self._step(self._filtered if self.derivative_of == "filtered" else self._raw, value) * (
            speed_scale / elapsed
        )
        self._speed = self._speed + _share(self.derivative_cutoff, elapsed) * (speed - self._speed)
        share = _share(self.min_cutoff + self.beta * self._size(self._speed), elapsed)
        self._raw, self._filtered = value, self._towards(self._filtered, value, share)
        return self._filtered

    def _step(self, start: Array, end: Array) -> Array:
        return end - start

    def _size(self, speed: Array) -> Array:
        return np.abs(speed)

    def _towards(self, start: Array, end: Array, share: Array) -> Array:
        return start + share * (end - start)


class OneEuroRotations(OneEuro):
    """The same for rotations (..., 4) wxyz: speeds are angular velocities, the filter moves along the geodesic."""

    def _step(self, start: Array, end: Array) -> Array:
        return rotvec_from_quat(quat_multiply(end, quat_conjugate(start)))

    def _size(self, speed: Array) -> Array:
        return np.asarray(np.linalg.norm(speed, axis=-1))

    def _towards(self, start: Array, end: Array, share: Array) -> Array:
        return slerp(start, end, share)


class PreviewFilter:
    """Smooths the people of a running capture: joint rotations and root of each id."""

    def __init__(self) -> None:
        self._people: dict[int, tuple[float, OneEuroRotations, OneEuro]] = {}

    def smooth(self, ids: Array, rotations: Array, root: Array, time: float) -> tuple[Array, Array]:
        """Filter one frame's people.

        Args:
            ids: (P,). rotations: (P, J, 4) wxyz. root: (P, 3) meters.
            time: seconds, increasing; who has not been seen for a second starts anew.

        Returns:
            rotations and root, float32, of the same shapes.
        """
        self._people = {id: known for id, known in self._people.items() if 0 <= time - known[0] <= _FORGET_S}
        turned, moved = np.array(rotations, np.float32), np.array(root, np.float32)
        for i, id in enumerate(np.asarray(ids).tolist()):
            fresh = (time, OneEuroRotations(_ROTATION_CUTOFF_HZ), OneEuro(_ROOT_CUTOFF_HZ))
            last, turning, moving = self._people.get(id, fresh)
            elapsed = max(time - last, FRAME_S / 100)
            turned[i], moved[i] = turning.update(rotations[i], elapsed), moving.update(root[i], elapsed)
            self._people[id] = (time, turning, moving)
        return turned, moved
