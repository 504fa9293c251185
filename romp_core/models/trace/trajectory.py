"""Positions of people in camera space and in a static world (TRACE, section 3.3).

The network gives a camera (scale, y, x) of each person and frame, and by how much it would have changed had the filming
camera not moved. The sum of those steps is the person's path in the world.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...typing import Array
from .cameras import camera_of, translation
from .identities import NOBODY

STEP_SCALES = np.array([1, 2, 2], np.float32)
"""The network gives half of the steps along y and x."""
_MIN_SCALE = 0.02
"""World paths do not lead further away than about 100 meters: its numbers mean nothing there."""
_NEAREST_M = 0.2


class CameraMemory:
    """Cameras of people who are not seen in some frames: on the line between the frames in which they are."""

    def __init__(self) -> None:
        self._last: dict[int, Array] = {}

    def fill(self, ids: Array, cams: Array, inherited: Array) -> Array:
        """Cameras (n, T, 3) of a clip, interpolated where inherited (n, T) is True."""
        filled = cams.copy()
        frames = np.arange(cams.shape[1])
        for row, id in enumerate(ids.tolist()):
            good = np.flatnonzero(~inherited[row])
            if len(good):
                known = cams[row, good]
                line = np.stack([np.interp(frames, good, column) for column in known.T], axis=1)
                first = self._last.get(id, known[0])
                filled[row] = np.where((frames < good[0])[:, None], first, line)
                filled[row, good] = known
                self._last[id] = known[-1]
            elif id in self._last:
                filled[row] = self._last[id]
        return filled

    def keep(self, ids: set[int]) -> None:
        """Forget everybody else."""
        self._last = {id: cam for id, cam in self._last.items() if id in ids}


@dataclass
class _LastSeen:
    """A person's last position: frame, camera in the world, and the filming camera then: turn (3, 3), position (3,)."""

    frame: int
    cam: Array
    turn: Array
    position: Array
    filming: tuple[Array, Array]


class SteadyPaths:
    """World cameras from detections only; see `policy.WorldPaths`.

    A path starts where the person is when first seen. Whoever comes back stands where the filming camera sees them: its
    orientation is the network's, and its motion is estimated from the people who stayed in the image; without any it
    did not move.
    """

    def __init__(self) -> None:
        self._people: dict[int, _LastSeen] = {}
        self._filming = np.eye(3), np.zeros(3)
        self._frame = 0

    def cameras(self, tracks: Array, people: Array, cams: Array, steps: Array, turns: Array) -> Array:
        """World cameras of a clip, (n, T, 3); undetected people keep theirs."""
        world = cams.copy()
        for frame in range(cams.shape[1]):
            self._frame += 1
            here = np.flatnonzero(people[:, frame] != NOBODY).tolist()
            known = {row: self._people[id] for row in here if (id := int(people[row, frame])) in self._people}
            stayed = {row: last for row, last in known.items() if last.frame == self._frame - 1}
            for row, last in stayed.items():
                world[row, frame] = last.cam + steps[row, frame] * STEP_SCALES
                world[row, frame, 0] = max(world[row, frame, 0], _MIN_SCALE)
            positions = {row: _filmed_from(world[row, frame], cams[row, frame], turns[row, frame]) for row in stayed}
            self._film([(last, turns[row, frame], positions[row]) for row, last in stayed.items()])
            for row in here:
                if row in known and row not in stayed:
                    world[row, frame] = self._returned(known[row], cams[row, frame], turns[row, frame])
                position = positions.get(row)
                if position is None:
                    position = _filmed_from(world[row, frame], cams[row, frame], turns[row, frame])
                seen = _LastSeen(self._frame, world[row, frame], turns[row, frame], position, self._filming)
                self._people[int(people[row, frame])] = seen
        return world

    def keep(self, people: set[int]) -> None:
        """Forget everybody else."""
        self._people = {id: last for id, last in self._people.items() if id in people}

    def _film(self, estimates: list[tuple[_LastSeen, Array, Array]]) -> None:
        """Move the filming camera by the estimates from those who were seen in this frame and in the one before."""
        if not estimates:
            return
        moves = [last.turn.T @ (position - last.position) for last, _, position in estimates]
        turn = _mean_turn(np.stack([last.turn.T @ now for last, now, _ in estimates]))
        orientation, position = self._filming
        self._filming = orientation @ turn, position + orientation @ np.median(moves, axis=0)

    def _returned(self, last: _LastSeen, cam: Array, turn: Array) -> Array:
        """World camera of somebody who was away; the old one when this would be behind the start of the world."""
        then, now = last.filming, self._filming
        position = last.position + last.turn @ then[0].T @ (now[1] - then[1])
        point = turn @ translation(cam) + position
        return camera_of(point) if point[2] > _NEAREST_M else last.cam


def _filmed_from(world: Array, cam: Array, turn: Array) -> Array:
    """Position of the filming camera in the world, from one person's cameras there and in camera space."""
    return translation(world) - turn @ translation(cam)


def _mean_turn(turns: Array) -> Array:
    """The rotation nearest to the mean of matrices (n, 3, 3)."""
    left, _, right = np.linalg.svd(turns.mean(axis=0))
    return np.asarray(left @ np.diag([1, 1, np.linalg.det(left @ right)]) @ right)
