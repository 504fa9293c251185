"""From the maps of a clip to people: found, followed, remembered, and read off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...typing import Array
from .clip_tracks import ClipTracker, Tracks
from .feature_memory import FeatureMemory
from .networks import TraceMaps
from .orientation import ROOT
from .peaks import find_peaks
from .policy import TracePolicy
from .trajectory import CameraMemory


class Regress(Protocol):
    """The network that estimates one person at a time."""

    def __call__(self, features: Array, cams: Array) -> tuple[Array, Array]:
        """Features (N, 128), first cameras (N, 3) -> parameters (N, 159), cameras (N, 3); N is at least 1."""
        ...


@dataclass(frozen=True)
class Clip:
    """n people on the T frames of a clip.

    Attributes:
        tracks: their cells in the maps.
        params: (n, T, 159) unused 6, orientation 6D, 21 rotations 6D, shape 21.
        cams: (n, T, 3) scale, y, x.
        steps: (n, T, 3) as the network estimates them, see `trajectory`.
        world_rotations_6d: (n, T, 6) orientation in the world.
    """

    tracks: Tracks
    params: Array
    cams: Array
    steps: Array
    world_rotations_6d: Array


class ClipReader:
    """Reads the clips of one shot, in order.

    Args:
        regress: run on features.
    """

    def __init__(self, regress: Regress, policy: TracePolicy) -> None:
        self._regress, self._policy = regress, policy
        self._tracker = ClipTracker(policy)
        self._memory = FeatureMemory(policy.parameters.memory_threshold)
        self._smoothing = policy.smoothing()
        self._cameras = CameraMemory()
        self._first = True

    def read(self, maps: TraceMaps, times: Sequence[float]) -> Clip | None:
        """The people of a clip whose frames are at these times in seconds; None when there are none."""
        peaks = find_peaks(maps.center_3d, self._policy.parameters.center_threshold)
        peaks = self._policy.complete_peaks(peaks)
        cams = motions = np.zeros((0, 3), np.float32)
        if len(peaks.scores):
            depth, row, column = peaks.cells.T
            voxels = (peaks.frames, slice(None), depth, row, column)
            _, cams = self._regress(maps.mesh[peaks.frames, :, row, column], maps.cam_3d[voxels])
            motions = np.array(maps.motion_3d[voxels])
            if not self._policy.knows_first_motion(self._first):
                motions[peaks.frames == 0] = 0
        self._first = False
        tracks = self._tracker.follow(peaks, cams, motions, times)
        return self._read(tracks, maps, times) if len(tracks) else None

    def _read(self, tracks: Tracks, maps: TraceMaps, times: Sequence[float]) -> Clip:
        features, inherited = self._memory.recall(tracks, tracks.sample(maps.mesh))
        shape = features.shape[:2]
        initial = tracks.sample(maps.cam_3d)
        params, cams = (
            values.reshape(*shape, -1)
            for values in self._regress(features.reshape(-1, features.shape[2]), initial.reshape(-1, 3))
        )
        cams = self._cameras.fill(tracks.ids, cams, inherited)
        params = self._smoothing.smooth(tracks.ids, params, inherited, times)
        followed = {track.id for track in self._tracker.tracker.tracks}
        for state in (self._memory, self._smoothing, self._cameras):
            state.keep(followed)
        return Clip(
            tracks=tracks,
            params=params,
            cams=cams,
            steps=tracks.sample(maps.cam_motion),
            world_rotations_6d=tracks.sample(maps.cam_rot) + params[..., ROOT],
        )
