"""The BlazePose `Estimator`: everybody in the footage, frame by frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...take.observations import Frame, People
from ...take.take import FootageInfo
from ...tracking.appearance import body_points, signature
from ...tracking.image_tracker import Identities, Sighting
from ...tracking.shots import ShotDetector
from ...typing import Array
from .body_outline import on_body, size
from .detector import Detector
from .inpaint import erase
from .landmark_network import BODY_POINTS, LandmarkNet, Pose
from .plausibility import SAME_POSE, convincing, is_part_of, lies_on, pose_distance, share_on, still_there, sureness
from .region import Region
from .region_filter import RegionFollower
from .scanner import Scanner

LOOK_BACK_S = 1.0
"""Frames are kept for this long, so that somebody who is found late is tracked back to where they came in."""

_LOOK_BACK_BYTES = 200_000_000
_LARGEST_JUMP = 0.25
_OVERLAP = 0.4
_MOST_HIDDEN = 0.7
_HYSTERESIS = 1.3
_SHOULDERS, _HIPS, _KNEES, _ANKLES = [11, 12], [23, 24], [25, 26], [27, 28]


@dataclass
class _Row:
    """One frame that waits to be given out, and who was found in it."""

    frame: Frame
    cut: bool
    poses: dict[int, Pose] = field(default_factory=dict)

    def people(self) -> People:
        """As the pipeline wants it."""
        poses = list(self.poses.values())

        def stacked(values: list[Array], *shape: int) -> Array:
            return np.asarray(values, dtype=np.float32).reshape(len(poses), *shape)

        return People(
            ids=np.array(list(self.poses), dtype=np.int32),
            confidence=stacked([np.asarray(pose.flag) for pose in poses]),
            keypoints2d=stacked([pose.points[:BODY_POINTS, :2] for pose in poses], BODY_POINTS, 2),
            visibility=stacked([pose.visibility[:BODY_POINTS] for pose in poses], BODY_POINTS),
            keypoints3d=stacked([pose.world[:BODY_POINTS] for pose in poses], BODY_POINTS, 3),
            cut=self.cut,
        )


@dataclass
class _Candidate:
    """A pose found in the present frame; `follower` is that of the person it was found by following."""

    pose: Pose
    follower: RegionFollower | None = None


class BlazePose:
    """Detector and landmark network over a stream of frames.

    Args:
        footage: what is filmed.
        people: the most people to follow at a time, the nearest ones; 0 for all.
    """

    def __init__(self, footage: FootageInfo, people: int = 0) -> None:
        self._net = LandmarkNet()
        self._most = people
        self._identities = Identities()
        self._shots = ShotDetector()
        self._followed: dict[int, tuple[RegionFollower, Region]] = {}
        frame_bytes = max(1, footage.width * footage.height * 3)
        self._kept = max(2, _LOOK_BACK_BYTES // frame_bytes)
        kept_s = self._kept / footage.fps if footage.fps else LOOK_BACK_S
        self._scanner = Scanner(Detector(), calm_s=min(LOOK_BACK_S, kept_s))
        self._waiting: deque[_Row] = deque()
        self.provider = self._net.provider
        self.remark = ""  # it is meant for the CPU

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order, up to `LOOK_BACK_S` late."""
        for frame in frames:
            self._waiting.append(_Row(frame, self._shots.is_cut(frame.image)))
            self._step()
            while len(self._waiting) > self._kept or frame.time - self._waiting[0].frame.time > LOOK_BACK_S:
                yield self._waiting.popleft().people()
        while self._waiting:
            yield self._waiting.popleft().people()

    def _step(self) -> None:
        """Find the people of the newest waiting frame."""
        row = self._waiting[-1]
        image, time = row.frame.image, row.frame.time
        if row.cut:
            self._followed.clear()
            self._identities.new_shot()
            self._scanner.restart()
        candidates = [
            _Candidate(pose, follower)
            for follower, region in self._followed.values()
            if still_there(image, pose := self._net.look(image, region))
        ]
        candidates = _unique(candidates)
        candidates = self._nearest(candidates + self._newcomers(image, time, candidates))
        sightings = [_sighting(image, one.pose, detected=one.follower is None) for one in candidates]
        ids = self._identities.assign(sightings, time)
        before, self._followed = self._followed, {}
        for id, candidate in zip(ids, candidates, strict=True):
            if id is None:
                continue
            row.poses[id] = candidate.pose
            follower = candidate.follower or RegionFollower()
            self._followed[id] = follower, follower.follow(candidate.pose, time)
            if id not in before:
                self._track_back(id, candidate.pose)
        for id, (follower, region) in before.items():
            if id not in row.poses and (seen := self._behind(id, row, region)) is not None:
                row.poses[id] = seen
                self._followed[id] = follower, follower.follow(seen, time)
                self._identities.glimpse(id, _sighting(image, seen), time)

    def _newcomers(self, image: Array, time: float, candidates: list[_Candidate]) -> list[_Candidate]:
        """People who are not followed yet."""
        full = bool(self._most) and len(candidates) >= self._most
        known = [one.pose for one in candidates]
        found = []
        for detection in self._scanner.scan(image, time, known, near_only=full):
            # A second look from the pose's own region agrees with the first one if somebody is really there.
            first = self._net.look(image, detection.region)
            if not convincing(image, first):
                continue
            second = self._net.look(image, first.body)
            if convincing(image, second) and pose_distance(first, second) < SAME_POSE:
                found.append(_Candidate(second))
        found = [one for one in _unique(candidates + found) if one.follower is None]
        if found or not candidates or self._identities.missed(time):
            self._scanner.hurry(time)
        return found

    def _nearest(self, candidates: list[_Candidate]) -> list[_Candidate]:
        """As many as wanted; somebody new must be clearly nearer to take the place of one who is followed."""
        if not self._most:
            return candidates
        ranked = sorted(candidates, key=lambda one: -size(one.pose) * (_HYSTERESIS if one.follower else 1.0))
        return ranked[: self._most]

    def _track_back(self, id: int, pose: Pose) -> None:
        """Follow a person who was just found back through the waiting frames, until they are gone or known."""
        follower = RegionFollower()
        newest = self._waiting[-1].frame.time
        region = follower.follow(pose, 0.0)
        for index in range(len(self._waiting) - 1, 0, -1):
            row = self._waiting[index - 1]
            if self._waiting[index].cut or id in row.poses:
                return
            first = self._net.look(row.frame.image, region)
            found = first if self._shows(id, row, first, erased={}) else self._behind(id, row, region)
            if found is None or pose_distance(found, pose) > _LARGEST_JUMP:
                return
            row.poses[id] = pose = found
            region = follower.follow(pose, newest - row.frame.time)

    def _behind(self, id: int, row: _Row, region: Region) -> Pose | None:
        """Look for a person behind those who stand in the way, with these painted out."""
        near = {i: other for i, other in row.poses.items() if _overlap(region, other.body)}
        if not near:
            return None
        pose = self._net.look(row.frame.image, region, lambda crop: erase(crop, region, list(near.values())))
        if share_on(pose, near.values()) > _MOST_HIDDEN or not self._shows(id, row, pose, near):
            return None
        hidden = np.any([on_body(pose.points[:, :2], other) for other in near.values()], axis=0)
        return replace(pose, visibility=np.where(hidden, 0.0, pose.visibility))

    def _shows(self, id: int, row: _Row, pose: Pose, erased: dict[int, Pose]) -> bool:
        """True when a pose found in a frame where this person was not found yet may be theirs."""
        image = row.frame.image
        if not still_there(image, pose):
            return False
        if any(pose_distance(pose, other) < SAME_POSE for other in row.poses.values()):
            return False
        rivals = [i for i, other in row.poses.items() if _overlap(pose.body, other.body)]
        looks = _sighting(image, pose, hiders=list(erased.values())).looks
        # Legs alone tell nobody apart: then place and pose must do.
        torso_hidden = bool(erased) and not looks[0].any()
        return torso_hidden or self._identities.belongs(id, looks, rivals)


def _overlap(a: Region, b: Region) -> bool:
    return bool(np.hypot(a.x - b.x, a.y - b.y) < _OVERLAP * max(a.side, b.side))


def _sighting(image: Array, pose: Pose, detected: bool = False, hiders: Sequence[Pose] = ()) -> Sighting:
    """What the identities need to know of a pose; colors of bodies in front are left out."""
    parts = body_points(*(pose.points[pair, :2] for pair in (_SHOULDERS, _HIPS, _KNEES, _ANKLES)))
    for hider in hiders:
        parts = [part[~on_body(part, hider)] for part in parts]
    return Sighting(pose.body.center, size(pose), signature(image, parts), detected)


def _unique(candidates: list[_Candidate]) -> list[_Candidate]:
    """Without poses of the same body found twice, and without limbs taken for people; followed and surer ones win."""
    kept: list[_Candidate] = []
    for one in sorted(candidates, key=lambda one: (one.follower is None, -sureness(one.pose))):
        new = one.follower is None
        if not any(_twice(one.pose, other.pose, new) for other in kept):
            kept.append(one)
    return [one for one in kept if not any(is_part_of(one.pose, other.pose) for other in kept)]


def _twice(pose: Pose, other: Pose, new: bool) -> bool:
    """True when a pose shows the same body as another; a new one must also not lie on it."""
    return pose_distance(pose, other) < SAME_POSE or (new and lies_on(pose, other))
