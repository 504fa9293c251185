"""Where people are, seen from the camera and in a world that stands still (TRACE, section 3.3).

The network gives a camera (scale, y, x) of each person and frame, and by how much it would have changed had the filming
camera not moved. The sum of those steps is the person's path in the world.
"""

from __future__ import annotations

import numpy as np

from ...rotations import Array

_STEP_SCALES = np.array([1, 2, 2], np.float32)
"""The network says half of the steps along y and x."""


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
