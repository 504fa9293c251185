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
from .landmark_network import BODY_POINTS, LandmarkNet, Pose
from .occlusion import Others, bottom, infer, moved, near
from .person_search import PersonSearch
from .plausibility import MAIN, SAME_POSE, hidden_share, is_new_person, is_visible, pose_distance
from .region import Region

LOOK_BACK_S = 1.0
"""Frames are kept for this long, so that somebody who is detected late is tracked back to where they came in."""

_LOOK_BACK_BYTES = 200_000_000
HIDDEN_S = 2.0
"""Who is not seen is looked for in every frame for this long, where they should be."""

_ASIDE, _WALK = (0.0, 0.5, -0.5, 1.0, -1.0), 1.0
"""Who is not found is looked for at these shares of the way that they may have walked, body sizes per second."""

_RECENT_S = 0.5
"""After this it is not known well enough where somebody is to paint them out."""

_LARGEST_JUMP = 0.25
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
class _Followed:
    """A known person: the last pose, its time, the row of the feet while these could be seen, frames missed since."""

    pose: Pose
    time: float
    bottom: float
    missed: int = 0

    def aside(self, time: float) -> float:
        """How far beside the expected position to look next, in pixels: further the longer the person is away."""
        reach = min(_WALK * (time - self.time), 1.0) * size(self.pose)
        return _ASIDE[self.missed % len(_ASIDE)] * reach


@dataclass
class _Candidate:
    """A pose found in the present frame behind `nearer` bodies; `source`: the known person whose region it is."""

    pose: Pose
    nearer: Sequence[Pose]
    source: int | None

    def detection(self, image: Array) -> ImageDetection:
        """As the tracker takes it."""
        return _detection(image, self.pose, self.nearer, self.source)


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
        self._people: dict[int, _Followed] = {}
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
            self._people.clear()
            self._tracker.new_shot()
            self._search.restart()
        candidates = self._known_people(image, time)
        candidates = self._nearest(candidates + self._new_people(image, time, candidates))
        ids = self._tracker.assign([one.detection(image) for one in candidates], time)
        before = self._waiting[-2].poses if len(self._waiting) > 1 else {}
        for id, candidate in zip(ids, candidates, strict=True):
            if id is None:
                continue
            row.poses[id] = pose = candidate.pose
            feet = bottom(pose) if id not in self._people or not pose.covered.any() else self._people[id].bottom
            self._people[id] = _Followed(pose, time, feet)
            if id not in before:
                self._track_back(id, pose)
        self._people = {id: one for id, one in self._people.items() if time - one.time < HIDDEN_S}

    def _known_people(self, image: Array, time: float) -> list[_Candidate]:
        """Poses in the regions of known people, the nearest first: each is painted out for those behind."""
        found: list[_Candidate] = []
        nearer: list[Pose] = []
        order = sorted(self._people, key=lambda id: -self._people[id].bottom)
        expected = {id: moved(self._people[id].pose, self._tracker.expected(id, time)) for id in order}
        recent = {id for id in order if time - self._people[id].time < _RECENT_S}
        for rank, id in enumerate(order):
            one, own = self._people[id], expected[id]
            region = one.pose.body
            missing = one.time < self._waiting[-2].frame.time
            if missing and not ((own.body.center >= 0) & (own.body.center < image.shape[1::-1])).all():
                continue
            if missing or self._tracker.contested(id, time):
                region = replace(region, x=own.body.x + one.aside(time), y=own.body.y)
            behind = [expected[other] for other in order[rank + 1 :] if other in recent]
            candidate = self._look(image, region, nearer, id, behind, own)
            if is_visible(image, candidate.pose) and not _seen(candidate, found):
                found.append(candidate)
                nearer.append(candidate.pose)
                continue
            one.missed += 1
            if id in recent:
                nearer.append(own)
        return found

    def _look(
        self,
        image: Array,
        region: Region,
        nearer: Iterable[Pose],
        source: int | None,
        farther: Iterable[Pose] = (),
        own: Pose | None = None,
    ) -> _Candidate:
        """The pose in a region among those of the others who are there."""
        in_front, behind = ([pose for pose in poses if near(region, pose.body)] for poses in (nearer, farther))
        others = Others(in_front, behind, own)
        return _Candidate(infer(self._net, image, region, others), others.nearer, source)

    def _new_people(self, image: Array, time: float, candidates: list[_Candidate]) -> list[_Candidate]:
        """People who are not known yet, or not where they are looked for."""
        full = bool(self._most) and len(candidates) >= self._most
        known = [one.pose for one in candidates]
        found: list[_Candidate] = []
        for detection in self._search.search(image, time, known, near_only=full):
            others = known + [one.pose for one in found]
            # The pose from its own region agrees with the first one if there really is a person.
            first = self._look(image, detection.region, others, None)
            if not is_new_person(image, first.pose):
                continue
            second = self._look(image, first.pose.body, others, None)
            agree = pose_distance(first.pose, second.pose) < SAME_POSE
            if agree and is_new_person(image, second.pose) and not _seen(second, candidates + found):
                found.append(second)
        if found or not candidates or self._tracker.recently_lost(time):
            self._search.search_soon(time)
        return found

    def _nearest(self, candidates: list[_Candidate]) -> list[_Candidate]:
        """As many as requested; a new person must be clearly nearer to replace one who is tracked."""
        if not self._most:
            return candidates
        ranked = sorted(candidates, key=lambda one: -size(one.pose) * (1.0 if one.source is None else _HYSTERESIS))
        return ranked[: self._most]

    def _track_back(self, id: int, pose: Pose) -> None:
        """Track a new person back through the waiting frames, until they are gone or known."""
        for index in range(len(self._waiting) - 1, 0, -1):
            row = self._waiting[index - 1]
            if self._waiting[index].cut or id in row.poses:
                return
            others = [other for other in row.poses.values() if bottom(other) > bottom(pose)]
            found = self._look(row.frame.image, pose.body, others, id)
            if not self._may_be(id, row, found) or pose_distance(found.pose, pose) > _LARGEST_JUMP:
                return
            row.poses[id] = pose = found.pose

    def _may_be(self, id: int, row: _Pending, candidate: _Candidate) -> bool:
        """True when a pose in a frame in which this person was not detected may be theirs."""
        image, pose = row.frame.image, candidate.pose
        if not is_visible(image, pose):
            return False
        if any(pose_distance(pose, other) < SAME_POSE for other in row.poses.values()):
            return False
        rivals = [i for i, other in row.poses.items() if near(pose.body, other.body)]
        return self._tracker.may_show(id, candidate.detection(image).appearance, rivals)


def _detection(image: Array, pose: Pose, nearer: Sequence[Pose], source: int | None) -> ImageDetection:
    """A pose as the tracker takes it; colors of bodies in front are left out."""
    parts = body_points(*(pose.points[pair, :2] for pair in _LIMBS))
    for occluder in nearer:
        parts = [part[~on_body(part, occluder)] for part in parts]
    return ImageDetection(
        center=pose.body.center,
        size=size(pose),
        appearance=signature(image, parts),
        starts_track=source is None,
        hidden=hidden_share(pose),
        source=source,
        shape=np.where(pose.covered[MAIN, None], np.nan, (pose.points[MAIN, :2] - pose.body.center) / size(pose)),
    )


def _seen(candidate: _Candidate, others: Iterable[_Candidate]) -> bool:
    """True when a pose shows the same body as one of the others."""
    return any(pose_distance(candidate.pose, other.pose) < SAME_POSE for other in others)
