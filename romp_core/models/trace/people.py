"""From the tracks of each clip to named people with bodies, in camera space and in the world."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...bodies.smpl.model import SmplModel
from ...geometry.rotations import matrix_from_quat, quat_conjugate, quat_from_rotvec, quat_multiply
from ...geometry.skeleton import N_JOINTS
from ...take.observations import People
from ...take.take import FootageInfo
from ...tracking.appearance import blend
from ...tracking.kalman import observations
from ...tracking.space_tracker import smpl_looks, uncovered
from ...typing import Array
from ..common.map_estimator import Note
from ..common.rotation_6d import rotvec_from_6d
from ..common.square_image import Padding, to_picture
from .bodies import betas_of, bodies, thetas_of, world_roots
from .cameras import translation
from .clip_reader import Clip
from .identities import NOBODY, Appearances, Names, latest_runs
from .policy import TraceSettings
from .trajectory import ReferencePaths, SteadyPaths


class Cast:
    """Everybody who was seen so far.

    Args:
        footage: what is filmed.
        body: the user's SMPL body; without it people have the embedded body's skeleton.
    """

    def __init__(self, footage: FootageInfo, body: SmplModel | None, settings: TraceSettings) -> None:
        self._body, self._settings = body, settings
        self._size = np.array([footage.width, footage.height])
        self._names = Names(settings)
        self._reference, self._steady = ReferencePaths(), SteadyPaths()

    def new_shot(self) -> None:
        """Places mean nothing any more."""
        self._names.new_shot()
        self._steady = SteadyPaths()

    def people(self, row: int, notes: Sequence[Note], pad: Padding, clip: Clip | None) -> list[People]:
        """The people of a clip, frame by frame; its first frame is that row of the footage."""
        if clip is None:
            return [People.empty(N_JOINTS, note.cut) for index, note in enumerate(notes)]
        # The reference shows people where they are only expected; else such frames are left to the solve.
        shown = (clip.tracks.valid if self._settings.quirks else clip.tracks.seen).copy()
        params = clip.params[shown]
        posed = bodies(thetas_of(params), betas_of(params), clip.cams[shown], self._body)
        good = posed.usable
        shown[shown] = good
        posed, (who, when) = posed.only(good), np.nonzero(shown)
        world_rotations = quat_from_rotvec(rotvec_from_6d(clip.world_sixes[shown]))
        turns = np.zeros((*shown.shape, 3, 3))
        turns[shown] = matrix_from_quat(quat_multiply(world_rotations, quat_conjugate(posed.rotations[:, 0])))
        pixels = to_picture(posed.points, pad)

        ids = self._named(clip, notes, shown, pixels)
        world_cams = self._placed(clip, shown, turns, ids)[shown]
        values = {
            "confidence": np.clip(clip.tracks.scores[shown], 0, 1),
            "keypoints2d": pixels,
            "visibility": np.all((pixels >= 0) & (pixels <= self._size - 1), axis=-1),
            "keypoints3d": posed.joints,
            "rotations": posed.rotations,
            "betas": posed.betas,
            "root": posed.root,
            "rest_joints": posed.rest_joints,
            "world_rotation": world_rotations,
            "world_root": world_roots(posed, world_rotations, world_cams),
        }
        people = []
        for frame, note in enumerate(notes):
            here = np.flatnonzero(np.logical_and(when == frame, ids[who, when] != NOBODY))
            own = {name: array[here].astype(np.float32) for name, array in values.items()}
            people.append(People(ids=ids[who[here], frame], cut=note.cut, **own))
        return people

    def _named(self, clip: Clip, notes: Sequence[Note], shown: Array, pixels: Array) -> Array:
        """(n, T) int32 person of each track and frame."""
        ids = clip.tracks.ids
        if self._settings.quirks:
            return np.where(shown, ids[:, None], NOBODY).astype(np.int32)
        depths = np.where(shown, translation(clip.cams)[..., 2], np.inf).min(axis=1)
        scores = np.where(shown, clip.tracks.scores, 0).max(axis=1)
        looks = self._looks(clip, notes, shown, pixels)
        return self._names.assign(Appearances(ids, shown, depths, scores, looks), notes[-1].time)

    def _placed(self, clip: Clip, shown: Array, turns: Array, ids: Array) -> Array:
        """World cameras (n, T, 3)."""
        if self._settings.quirks:
            return self._reference.place(clip.tracks.ids, clip.cams, clip.steps)
        self._steady.keep(self._names.known)
        return self._steady.place(ids, clip.cams, clip.steps, ids != NOBODY, turns)

    @staticmethod
    def _looks(clip: Clip, notes: Sequence[Note], shown: Array, pixels: Array) -> list[Array | None]:
        """The mean looks of each track in the frames of its latest run in which nobody is in front of it."""
        looks: list[Array | None] = [None] * len(shown)
        counts = np.zeros(len(shown), int)
        runs = latest_runs(shown)
        who, when = np.nonzero(shown)
        for frame, note in enumerate(notes):
            here = np.flatnonzero(when == frame)
            cams = clip.cams[who[here], frame]
            points = observations(cams, translation(cams)[:, 2])
            found = uncovered(points, smpl_looks(note.thin, pixels[here] / note.step))
            for track, own in zip(who[here].tolist(), found, strict=True):
                if own is not None and runs[track, frame]:
                    counts[track] += 1
                    before = looks[track]
                    looks[track] = own if before is None else blend(before, own, 1 / counts[track])
        return looks
