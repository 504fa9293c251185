"""The BlazePose `Estimator`: everybody in the footage, frame by frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...take.keypoints import BLAZEPOSE_33
from ...take.observations import Frame, People
from ...take.take import FootageInfo
from ...tracking.appearance import body_points, signature
from ...tracking.base import ImageDetection
from ...tracking.image_tracker import ImageTracker
from ...tracking.shots import ShotDetector
from ...typing import Array
from .body_outline import on_body, size
from .detector import Detector
from .inpaint import erase
from .landmark_network import BODY_POINTS, LandmarkNet, Pose
from .person_search import PersonSearch
from .plausibility import (
    SAME_POSE,
    confidence,
    is_new_person,
    is_part_of,
    is_visible,
    overlap_share,
    overlaps,
    pose_distance,
)
from .region import Region
from .region_filter import RegionFilter

LOOK_BACK_S = 1.0
"""Frames are kept for this long, so that somebody who is detected late is tracked back to where they came in."""

_LOOK_BACK_BYTES = 200_000_000
_LARGEST_JUMP = 0.25
_OVERLAP = 0.4
_MAX_HIDDEN = 0.7
_HYSTERESIS = 1.3
_LIMBS = [BLAZEPOSE_33.pair(part) for part in ("shoulder", "hip", "knee", "ankle")]


@dataclass
class _Pending:
    """One frame whose result is not given yet, and the poses found in it."""

    frame: Frame
    cut: bool
    poses: dict[int, Pose] = field(default_factory=dict)

    def people(self) -> People:
        """The frame's result."""
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
    """A pose found in the present frame; `filter` is that of the tracked person whose region it was found in."""

    pose: Pose
    filter: RegionFilter | None = None


class BlazePose:
    """Detector and landmark network over a stream of frames.

    Args:
        footage: the footage's size and rate.
        tracker: gives people their ids.
        people: the most people to track at a time, the nearest ones; 0 for all.
    """

    def __init__(self, footage: FootageInfo, tracker: ImageTracker, people: int = 0) -> None:
        self._net = LandmarkNet()
        self._most = people
        self._tracker = tracker
        self._shots = ShotDetector()
        self._tracked: dict[int, tuple[RegionFilter, Region]] = {}
        frame_bytes = max(1, footage.width * footage.height * 3)
        self._kept = max(2, _LOOK_BACK_BYTES // frame_bytes)
        kept_s = self._kept / footage.fps if footage.fps else LOOK_BACK_S
        self._search = PersonSearch(Detector(), calm_s=min(LOOK_BACK_S, kept_s))
        self._waiting: deque[_Pending] = deque()
        self.provider = self._net.provider
        self.remark = ""  # it is meant for the CPU

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order, up to `LOOK_BACK_S` late."""
        for frame in frames:
            self._waiting.append(_Pending(frame, self._shots.is_cut(frame.image)))
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
            self._tracked.clear()
            self._tracker.new_shot()
            self._search.restart()
        candidates = [
            _Candidate(pose, follower)
            for follower, region in self._tracked.values()
            if is_visible(image, pose := self._net.infer(image, region))
        ]
        candidates = _unique(candidates)
        candidates = self._nearest(candidates + self._new_people(image, time, candidates))
        detections = [_detection(image, one.pose, starts_track=one.filter is None) for one in candidates]
        ids = self._tracker.assign(detections, time)
        before, self._tracked = self._tracked, {}
        for id, candidate in zip(ids, candidates, strict=True):
            if id is None:
                continue
            row.poses[id] = candidate.pose
            filter = candidate.filter or RegionFilter()
            self._tracked[id] = filter, filter.update(candidate.pose, time)
            if id not in before:
                self._track_back(id, candidate.pose)
        for id, (filter, region) in before.items():
            if id not in row.poses and (seen := self._occluded(id, row, region)) is not None:
                row.poses[id] = seen
                self._tracked[id] = filter, filter.update(seen, time)
                self._tracker.update_occluded(id, _detection(image, seen), time)

    def _new_people(self, image: Array, time: float, candidates: list[_Candidate]) -> list[_Candidate]:
        """People who are not tracked yet."""
        full = bool(self._most) and len(candidates) >= self._most
        known = [one.pose for one in candidates]
        found = []
        for detection in self._search.search(image, time, known, near_only=full):
            # The pose from its own region agrees with the first one if there really is a person.
            first = self._net.infer(image, detection.region)
            if not is_new_person(image, first):
                continue
            second = self._net.infer(image, first.body)
            if is_new_person(image, second) and pose_distance(first, second) < SAME_POSE:
                found.append(_Candidate(second))
        found = [one for one in _unique(candidates + found) if one.filter is None]
        if found or not candidates or self._tracker.recently_lost(time):
            self._search.search_soon(time)
        return found

    def _nearest(self, candidates: list[_Candidate]) -> list[_Candidate]:
        """As many as requested; a new person must be clearly nearer to replace one who is tracked."""
        if not self._most:
            return candidates
        ranked = sorted(candidates, key=lambda one: -size(one.pose) * (_HYSTERESIS if one.filter else 1.0))
        return ranked[: self._most]

    def _track_back(self, id: int, pose: Pose) -> None:
        """Track a new person back through the waiting frames, until they are gone or known."""
        filter = RegionFilter()
        newest = self._waiting[-1].frame.time
        region = filter.update(pose, 0.0)
        for index in range(len(self._waiting) - 1, 0, -1):
            row = self._waiting[index - 1]
            if self._waiting[index].cut or id in row.poses:
                return
            first = self._net.infer(row.frame.image, region)
            found = first if self._may_be(id, row, first, erased={}) else self._occluded(id, row, region)
            if found is None or pose_distance(found, pose) > _LARGEST_JUMP:
                return
            row.poses[id] = pose = found
            region = filter.update(pose, newest - row.frame.time)

    def _occluded(self, id: int, row: _Pending, region: Region) -> Pose | None:
        """Search for a person behind others, with these painted out."""
        near = {i: other for i, other in row.poses.items() if _overlap(region, other.body)}
        if not near:
            return None
        pose = self._net.infer(row.frame.image, region, lambda crop: erase(crop, region, list(near.values())))
        if overlap_share(pose, near.values()) > _MAX_HIDDEN or not self._may_be(id, row, pose, near):
            return None
        hidden = np.any([on_body(pose.points[:, :2], other) for other in near.values()], axis=0)
        return replace(pose, visibility=np.where(hidden, 0.0, pose.visibility))

    def _may_be(self, id: int, row: _Pending, pose: Pose, erased: dict[int, Pose]) -> bool:
        """True when a pose in a frame in which this person was not detected may be theirs."""
        image = row.frame.image
        if not is_visible(image, pose):
            return False
        if any(pose_distance(pose, other) < SAME_POSE for other in row.poses.values()):
            return False
        rivals = [i for i, other in row.poses.items() if _overlap(pose.body, other.body)]
        appearance = _detection(image, pose, occluders=list(erased.values())).appearance
        # Legs alone distinguish nobody: then position and pose decide.
        torso_hidden = bool(erased) and not appearance[0].any()
        return torso_hidden or self._tracker.may_show(id, appearance, rivals)


def _overlap(a: Region, b: Region) -> bool:
    return bool(np.hypot(a.x - b.x, a.y - b.y) < _OVERLAP * max(a.side, b.side))


def _detection(image: Array, pose: Pose, starts_track: bool = False, occluders: Sequence[Pose] = ()) -> ImageDetection:
    """A pose as the tracker takes it; colors of bodies in front are left out."""
    parts = body_points(*(pose.points[pair, :2] for pair in _LIMBS))
    for occluder in occluders:
        parts = [part[~on_body(part, occluder)] for part in parts]
    return ImageDetection(pose.body.center, size(pose), signature(image, parts), starts_track)


def _unique(candidates: list[_Candidate]) -> list[_Candidate]:
    """Each body once, and no limbs taken for people; tracked poses win, then those of higher confidence."""
    kept: list[_Candidate] = []
    for one in sorted(candidates, key=lambda one: (one.filter is None, -confidence(one.pose))):
        new = one.filter is None
        if not any(_twice(one.pose, other.pose, new) for other in kept):
            kept.append(one)
    return [one for one in kept if not any(is_part_of(one.pose, other.pose) for other in kept)]


def _twice(pose: Pose, other: Pose, new: bool) -> bool:
    """True when a pose shows the same body as another; a new one must not overlap it either."""
    return pose_distance(pose, other) < SAME_POSE or (new and overlaps(pose, other))
