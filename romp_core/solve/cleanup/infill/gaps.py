"""Where a track is not seen, and what its ends alone say about it.

A *track* is (T, D) numbers, D / 3 joints with the three coordinates of their rotation vectors around their mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ....typing import Array
from ...contacts.detection import runs

REACH = 6
"""Frames on either side of a gap that show how fast it is entered and left."""


@dataclass(frozen=True)
class Gap:
    """Joints that are unseen from one frame to before another.

    Attributes:
        joints: indices; start, stop: frames.
    """

    joints: tuple[int, ...]
    start: int
    stop: int

    @property
    def columns(self) -> Array:
        """Of the joints in a track."""
        return columns_of(self.joints)

    @property
    def length(self) -> int:
        """Frames."""
        return self.stop - self.start


def columns_of(joints: Array | tuple[int, ...]) -> Array:
    """Columns (3 n,) of these joints in a track."""
    return np.asarray((3 * np.asarray(joints, int)[:, None] + np.arange(3)).ravel())


def gaps_of(seen: Array) -> Iterator[Gap]:
    """Gaps in (T, J) bool, joints that vanish and come back together as one gap."""
    found: dict[tuple[int, int], list[int]] = {}
    for joint in range(seen.shape[1]):
        for start, stop in runs(~seen[:, joint]):
            found.setdefault((int(start), int(stop)), []).append(joint)
    for (start, stop), joints in sorted(found.items()):
        yield Gap(tuple(joints), start, stop)


def bridge(before: Array, after: Array, length: int, bend: float, parabolic: bool) -> Array:
    """Over gaps of `length` frames: straight, or bent as the speeds on both sides ask for.

    Args:
        before, after: (..., REACH, D) frames around each gap. bend: 0 is straight, 1 a cubic Hermite curve.
        parabolic: speeds are those of parabolas, at the ends; else of straight lines, which noise disturbs less.

    Returns:
        (..., length, D).
    """
    share = (np.arange(length) + 1)[:, None] / (length + 1)
    first, last = before[..., -1:, :], after[..., :1, :]
    entering, leaving = end_speed(before, parabolic), -end_speed(after[..., ::-1, :], parabolic)
    entering, leaving = (each[..., None, :] * (length + 1) for each in (entering, leaving))
    straight = first + (last - first) * share
    curve = share * (1 - share) * ((1 - share) * (entering - (last - first)) - share * (leaving - (last - first)))
    return np.asarray(straight + bend * curve)


def end_speed(frames: Array, parabolic: bool) -> Array:
    """(..., D) change per frame at the end of (..., REACH, D), by least squares."""
    when = np.arange(frames.shape[-2]) - (frames.shape[-2] - 1.0)
    powers = np.stack([when**power for power in range(3 if parabolic else 2)], axis=1)
    return np.asarray(np.einsum("r,...rd->...d", np.linalg.pinv(powers)[1], frames))


@dataclass(frozen=True)
class Estimate:
    """What a gap may have looked like.

    Attributes:
        values: (length, n) of the gap's columns.
        variance: (length, n / 3) mean square error per coordinate, as measured; infinite where it has none.
    """

    values: Array
    variance: Array


@dataclass(frozen=True)
class Bridge:
    """A way over gaps that depends on their ends only, see `bridge`."""

    length: int
    bend: float
    parabolic: bool

    def over(self, windows: Array) -> Array:
        """(n, length, D) over the gaps in windows (n, REACH + length + REACH, D)."""
        return bridge(windows[:, :REACH], windows[:, -REACH:], self.length, self.bend, self.parabolic)


def best_bridge(windows: Array, length: int) -> tuple[Bridge, Array]:
    """The way that is nearest to what was done in windows (n, ..., D), and its mean square errors (length, D)."""
    middles = windows[:, REACH:-REACH]
    straight = Bridge(length, 0.0, True).over(windows)
    targets = middles - straight
    found = []
    for parabolic in (True, False):
        curve = Bridge(length, 1.0, parabolic).over(windows) - straight
        bend = float(np.clip((curve * targets).sum() / max((curve**2).sum(), 1e-12), 0, 1))
        found.append((((targets - bend * curve) ** 2).mean(axis=0), Bridge(length, bend, parabolic)))
    squares, way = min(found, key=lambda each: float(each[0].sum()))
    return way, squares
