"""From the tracks of each clip to `People` with ids and bodies, in camera space and in the world."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...bodies.smpl.model import SmplModel
from ...geometry.rotations import matrix_from_quat, quat_conjugate, quat_from_rotvec, quat_multiply
from ...geometry.skeleton import N_JOINTS
from ...take.observations import People
from ...take.take import FootageInfo
from ...tracking.appearance import blend, smpl_appearances
from ...tracking.kalman import measurements
from ...tracking.space_tracker import unoccluded
from ...typing import Array
from ..common.frame_runner import FrameSample
from ..common.rotation_6d import rotvec_from_6d
from ..common.square_image import Padding, to_image
from .bodies import betas_of, bodies, thetas_of, world_roots
from .cameras import translation
from .clip_reader import Clip
from .identities import NOBODY, TrackSummary, latest_runs
from .policy import TracePolicy


class PeopleAssembler:
    """Turns clips into people, and remembers who they are and where.

    Args:
        footage: the footage's size.
        body: the user's SMPL body; without it people have the embedded body's skeleton.
    """

    def __init__(self, footage: FootageInfo, body: SmplModel | None, policy: TracePolicy) -> None:
        self._body, self._policy = body, policy
        self._size = np.array([footage.width, footage.height])
        self._identities, self._paths = policy.identities(), policy.paths()

    def new_shot(self) -> None:
        """After a cut positions mean nothing."""
        self._identities.new_shot()
        self._paths = self._policy.paths()

    def people(self, samples: Sequence[FrameSample], pad: Padding, clip: Clip | None) -> list[People]:
        """The people of a clip, frame by frame."""
        if clip is None:
            return [People.empty(N_JOINTS, sample.cut) for sample in samples]
        tracks = clip.tracks
        shown = self._policy.shown(tracks.valid, tracks.seen)
        params = clip.params[shown]
        posed = bodies(thetas_of(params), betas_of(params), clip.cams[shown], self._body)
        good = posed.usable
        shown[shown] = good
        posed, (who, when) = posed.only(good), np.nonzero(shown)
        world_rotations = quat_from_rotvec(rotvec_from_6d(clip.world_rotations_6d[shown]))
        turns = np.zeros((*shown.shape, 3, 3))
        turns[shown] = matrix_from_quat(quat_multiply(world_rotations, quat_conjugate(posed.rotations[:, 0])))
        pixels = to_image(posed.points, pad)

        ids = self._identify(clip, samples, shown, pixels)
        self._paths.keep(self._identities.known)
        world_cams = self._paths.cameras(tracks.ids, ids, clip.cams, clip.steps, turns)[shown]
        values = {
            "confidence": np.clip(tracks.scores[shown], 0, 1),
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
        for frame, sample in enumerate(samples):
            here = np.flatnonzero(np.logical_and(when == frame, ids[who, when] != NOBODY))
            own = {name: array[here].astype(np.float32) for name, array in values.items()}
            people.append(People(ids=ids[who[here], frame], cut=sample.cut, **own))
        return people

    def _identify(self, clip: Clip, samples: Sequence[FrameSample], shown: Array, pixels: Array) -> Array:
        """(n, T) int32 person of each track and frame."""
        depths = np.where(shown, translation(clip.cams)[..., 2], np.inf).min(axis=1)
        scores = np.where(shown, clip.tracks.scores, 0).max(axis=1)
        appearances = self._appearances(clip, samples, shown, pixels)
        summary = TrackSummary(clip.tracks.ids, shown, depths, scores, appearances)
        return self._identities.assign(summary, samples[-1].time)

    @staticmethod
    def _appearances(clip: Clip, samples: Sequence[FrameSample], shown: Array, pixels: Array) -> list[Array | None]:
        """The mean appearance of each track in the frames of its latest run in which nobody is in front of it."""
        appearances: list[Array | None] = [None] * len(shown)
        counts = np.zeros(len(shown), int)
        runs = latest_runs(shown)
        who, when = np.nonzero(shown)
        for frame, sample in enumerate(samples):
            here = np.flatnonzero(when == frame)
            cams = clip.cams[who[here], frame]
            points = measurements(cams, translation(cams)[:, 2])
            found = unoccluded(points, smpl_appearances(sample.thumbnail, pixels[here] / sample.step))
            for track, own in zip(who[here].tolist(), found, strict=True):
                if own is not None and runs[track, frame]:
                    counts[track] += 1
                    before = appearances[track]
                    appearances[track] = own if before is None else blend(before, own, 1 / counts[track])
        return appearances
