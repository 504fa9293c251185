"""From the maps of a clip to people: found, followed, remembered, and read off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...typing import Array
from .clip_tracks import ClipTracker, Tracks
from .feature_memory import Memory
from .networks import TraceMaps
from .peaks import find_peaks
from .policy import TraceSettings
from .smoothing import ROOT, Smoothing
from .trajectory import CameraMemory


class Regress(Protocol):
    """The network that looks at one person at a time."""

    def __call__(self, features: Array, cams: Array) -> tuple[Array, Array]:
        """Features (N, 128), first cameras (N, 3) -> parameters (N, 159), cameras (N, 3); N is at least 1."""
        ...


@dataclass(frozen=True)
class Clip:
    """n people on the T frames of a clip.

    Attributes:
        tracks: who is where in the maps.
        params: (n, T, 159) unused 6, orientation 6, 21 rotations of six numbers, shape 21.
        cams: (n, T, 3) scale, y, x.
        steps: (n, T, 3) as the network says them, see `trajectory`.
        world_sixes: (n, T, 6) orientation in the world.
    """

    tracks: Tracks
    params: Array
    cams: Array
    steps: Array
    world_sixes: Array


class ClipReader:
    """Reads the clips of one shot, in order.

    Args:
        regress: run on features.
    """

    def __init__(self, regress: Regress, settings: TraceSettings) -> None:
        self._regress, self._settings = regress, settings
        self._follower = ClipTracker(settings)
        self._memory = Memory(settings.memory_threshold)
        self._smoothing = Smoothing(settings)
        self._cameras = CameraMemory()
        self._first = True

    def read(self, maps: TraceMaps, times: Sequence[float]) -> Clip | None:
        """The people of a clip whose frames were at these seconds; None when there are none."""
        peaks = find_peaks(maps.center_3d, self._settings)
        tracks = None
        if len(peaks.scores):
            depth, row, column = peaks.cells.T
            voxels = (peaks.frames, slice(None), depth, row, column)
            _, cams = self._regress(maps.mesh[peaks.frames, :, row, column], maps.cam_3d[voxels])
            motions = np.array(maps.motion_3d[voxels])
            if self._first or self._settings.quirks:  # the reference forgets that other clips came before
                motions[peaks.frames == 0] = 0
            tracks = self._follower.follow(peaks, cams, motions, times)
        elif not self._settings.quirks:
            nothing = np.zeros((0, 3), np.float32)
            tracks = self._follower.follow(peaks, nothing, nothing, times)
        self._first = False
        return self._read(tracks, maps, times) if tracks is not None and len(tracks) else None

    def _read(self, tracks: Tracks, maps: TraceMaps, times: Sequence[float]) -> Clip:
        features, inherited = self._memory.recall(tracks, tracks.sample(maps.mesh))
        shape = features.shape[:2]
        guesses = tracks.sample(maps.cam_3d)
        params, cams = (
            values.reshape(*shape, -1)
            for values in self._regress(features.reshape(-1, features.shape[2]), guesses.reshape(-1, 3))
        )
        cams = self._cameras.fill(tracks.ids, cams, inherited)
        params = self._smoothing.smooth(tracks.ids, params, inherited, times)
        followed = {track.id for track in self._follower.tracker.tracks}
        for state in (self._memory, self._smoothing, self._cameras):
            state.keep(followed)
        return Clip(
            tracks=tracks,
            params=params,
            cams=cams,
            steps=tracks.sample(maps.cam_motion),
            world_sixes=tracks.sample(maps.cam_rot) + params[..., ROOT],
        )
