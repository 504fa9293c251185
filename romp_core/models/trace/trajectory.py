"""Where people are, seen from the camera and in a world that stands still (TRACE, section 3.3).

The network gives a camera (scale, y, x) of each person and frame, and by how much it would have changed had the filming
camera not moved. The sum of those steps is the person's path in the world.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...typing import Array
from .cameras import camera_of, translation

_STEP_SCALES = np.array([1, 2, 2], np.float32)
"""The network says half of the steps along y and x."""
_LEAST_SCALE = 0.02
"""World paths do not lead further away than about 100 meters: the network's numbers mean nothing there."""
_NEAREST_M = 0.2


class CameraMemory:
    """Cameras of people who are not seen in some frames: on the line between the frames in which they are."""

    def __init__(self) -> None:
        self._last: dict[int, Array] = {}

    def fill(self, ids: Array, cams: Array, inherited: Array) -> Array:
        """Cameras (n, T, 3) of a clip, made up where inherited (n, T) says so."""
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


class ReferencePaths:
    """World cameras as the reference sums them up.

    Steps count in frames in which the person is not there yet; a path starts at the camera of a clip's first frame,
    even so; and who is missing from one clip starts anew in the next one.
    """

    def __init__(self) -> None:
        self._last: dict[int, Array] = {}

    def place(self, ids: Array, cams: Array, steps: Array) -> Array:
        """World cameras (n, T, 3) from cameras and steps (n, T, 3) of a clip with people."""
        starts = np.stack([self._last.get(id, own[0]) for id, own in zip(ids.tolist(), cams, strict=True)])
        world = starts[:, None] + np.cumsum(steps * _STEP_SCALES, axis=1)
        self._last = dict(zip(ids.tolist(), world[:, -1], strict=True))
        return world


@dataclass
class _Sight:
    """Where a person was last: frame, camera in the world, and the filming camera then: turn (3, 3), place (3,)."""

    frame: int
    cam: Array
    turn: Array
    place: Array
    filming: tuple[Array, Array]


class SteadyPaths:
    """World cameras in which only what was seen counts.

    A path starts where the person is when first seen. Whoever comes back stands where the filming camera sees them: it
    is turned as the network says, and it moved as the people tell who stayed in the picture, or not at all.
    """

    def __init__(self) -> None:
        self._people: dict[int, _Sight] = {}
        self._filming = np.eye(3), np.zeros(3)
        self._frame = 0

    def place(self, ids: Array, cams: Array, steps: Array, seen: Array, turns: Array) -> Array:
        """World cameras of a clip, (n, T, 3).

        Args:
            ids: (n, T). cams, steps: (n, T, 3). seen: (n, T) bool; others keep their cameras.
            turns: (n, T, 3, 3) of the filming camera, camera space to the world, by each person.
        """
        world = cams.copy()
        for frame in range(cams.shape[1]):
            self._frame += 1
            here = np.flatnonzero(seen[:, frame]).tolist()
            known = {row: self._people[id] for row in here if (id := int(ids[row, frame])) in self._people}
            stayed = {row: last for row, last in known.items() if last.frame == self._frame - 1}
            for row, last in stayed.items():
                world[row, frame] = last.cam + steps[row, frame] * _STEP_SCALES
                world[row, frame, 0] = max(world[row, frame, 0], _LEAST_SCALE)
            places = {row: _filmed_from(world[row, frame], cams[row, frame], turns[row, frame]) for row in stayed}
            self._film([(last, turns[row, frame], places[row]) for row, last in stayed.items()])
            for row in here:
                if row in known and row not in stayed:
                    world[row, frame] = self._returned(known[row], cams[row, frame], turns[row, frame])
                place = places.get(row)
                if place is None:
                    place = _filmed_from(world[row, frame], cams[row, frame], turns[row, frame])
                sight = _Sight(self._frame, world[row, frame], turns[row, frame], place, self._filming)
                self._people[int(ids[row, frame])] = sight
        return world

    def keep(self, ids: set[int]) -> None:
        """Forget everybody else."""
        self._people = {id: sight for id, sight in self._people.items() if id in ids}

    def _film(self, opinions: list[tuple[_Sight, Array, Array]]) -> None:
        """Move the filming camera as those say who were seen in this frame and in the one before."""
        if not opinions:
            return
        moves = [last.turn.T @ (place - last.place) for last, _, place in opinions]
        turn = _mean_turn(np.stack([last.turn.T @ now for last, now, _ in opinions]))
        whole, place = self._filming
        self._filming = whole @ turn, place + whole @ np.median(moves, axis=0)

    def _returned(self, last: _Sight, cam: Array, turn: Array) -> Array:
        """World camera of somebody who was away; the old one when this would be behind the start of the world."""
        then, now = last.filming, self._filming
        place = last.place + last.turn @ then[0].T @ (now[1] - then[1])
        point = turn @ translation(cam) + place
        return camera_of(point) if point[2] > _NEAREST_M else last.cam


def _filmed_from(world: Array, cam: Array, turn: Array) -> Array:
    """Where the filming camera is in the world, by one person's cameras there and in its own space."""
    return translation(world) - turn @ translation(cam)


def _mean_turn(turns: Array) -> Array:
    """The rotation nearest to the mean of matrices (n, 3, 3)."""
    left, _, right = np.linalg.svd(turns.mean(axis=0))
    return np.asarray(left @ np.diag([1, 1, np.linalg.det(left @ right)]) @ right)
