"""The BlazePose `Estimator`: everybody in the footage, frame by frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from ...inference.threads import small_networks_at_once
from ...take.keypoints import BLAZEPOSE_33
from ...take.observations import Frame, People
from ...take.take import FootageInfo
from ...tracking.appearance import body_points, signature
from ...tracking.base import ImageDetection
from ...tracking.image_tracker import ImageTracker
from ...tracking.shots import ShotDetector
from ...typing import Array
from ..common.region import Region, wrapped
from .body_outline import on_body, size
from .detector import Detector
from .landmark_network import LandmarkNet, Pose
from .occlusion import Others, bottom, infer, moved, near
from .pending_frame import PendingFrame
from .person_search import PersonSearch
from .plausibility import (
    MAIN,
    SAME_POSE,
    hidden_share,
    is_glimpsed,
    is_new_person,
    is_visible,
    pose_distance,
    same_face,
)
from .sightings import Detecting, Sighting, of_people, sightings
from .silhouette_network import Silhouettes

LOOK_BACK_S = 1.0
"""Frames are kept for this long, so that somebody who is detected late is tracked back to where they came in."""

_LOOK_BACK_BYTES = 200_000_000
_KEPT_LIVE = 1
HIDDEN_S = 2.0
"""Who is not seen is looked for in every frame for this long, where they should be."""

_ASIDE, _WALK = (0.0, 0.5, -0.5, 1.0, -1.0), 1.0
"""Who is not found is looked for at these shares of the way that they may have walked, body sizes per second."""

_RECENT_S = 0.5
"""After this it is not known well enough where somebody is to paint them out."""

_LEAST_TURN, _FURTHEST_TURN = np.radians(4), np.radians(45)
"""Turn of a body from one frame to the next from which on it is no noise; how far its region is turned on at most."""

_STRANGER_S = 0.1
"""Who is seen for this long in the region of somebody else whom they do not look like is a new person."""

_JOIN_S = 0.35
"""Who comes in where somebody was who was last seen this long before, and looks alike, is that one."""

_LARGEST_JUMP = 0.25
_HYSTERESIS = 1.3
_LIMBS = [BLAZEPOSE_33.pair(part) for part in ("shoulder", "hip", "knee", "ankle")]


@dataclass
class _Followed:
    """A known person: the last pose, its time, the row of the feet while these could be seen, frames missed since.

    Attributes:
        turning: how fast the body turned in the image, radians per second.
        stranger_since: when somebody else was first seen clearly in the region since.
    """

    pose: Pose
    time: float
    bottom: float
    turning: float = 0.0
    missed: int = 0
    stranger_since: float | None = None

    def region(self, time: float) -> Region:
        """Where to look next: turned on as the body turned.

        The network reads upright bodies best; in a cartwheel a body is ahead of its last pose by 10 to 40 degrees.
        """
        turned = np.clip(self.turning * (time - self.time), -_FURTHEST_TURN, _FURTHEST_TURN)
        return replace(self.pose.body, angle=self.pose.body.angle + float(turned))

    def aside(self, time: float) -> float:
        """How far beside the expected position to look next, in pixels: further the longer the person is away."""
        reach = min(_WALK * (time - self.time), 1.0) * size(self.pose)
        return _ASIDE[self.missed % len(_ASIDE)] * reach


@dataclass
class _Candidate:
    """A pose found in the present frame.

    Attributes:
        nearer: bodies in front. source: the known person whose region it is. new: it may be a new person.
    """

    pose: Pose
    nearer: Sequence[Pose]
    source: int | None
    new: bool = False

    def detection(self, image: Array) -> ImageDetection:
        """As the tracker takes it."""
        return _detection(image, self.pose, self.nearer, self.source, self.new or self.source is None)


@dataclass
class _Sought:
    """A known person in the present frame.

    Attributes:
        region: where to look. behind: where those behind should be. own: where the person should be.
        recent: seen a moment ago. free: nobody should be in front.
        sighting: what another detector sees of the person. early: the pose with nobody in front, measured in another
            thread.
    """

    id: int
    region: Region
    behind: Sequence[Pose]
    own: Pose
    recent: bool
    free: bool
    sighting: Sighting | None = None
    early: Future[Pose] | None = None

    def held(self, pose: Pose) -> bool:
        """Whether another detector sees the person in this pose."""
        return self.sighting is not None and self.sighting.agrees(pose)


class BlazePose:
    """Detector and landmark network over a stream of frames.

    Args:
        footage: the footage's size and rate.
        tracker: gives people their ids.
        people: the most people to track at a time, the nearest ones; 0 for all.
        detector: another model that finds the people in every frame, instead of the built-in detector.
    """

    def __init__(
        self, footage: FootageInfo, tracker: ImageTracker, people: int = 0, detector: Detecting | None = None
    ) -> None:
        self._net, self._silhouettes = LandmarkNet(), Silhouettes()
        self._pool = ThreadPoolExecutor(small_networks_at_once(), "landmarks")
        self._most = people
        self._tracker = tracker
        self._shots = ShotDetector()
        self._people: dict[int, _Followed] = {}
        frame_bytes = max(1, footage.width * footage.height * 3)
        self._kept = max(2, _LOOK_BACK_BYTES // frame_bytes)
        kept_s = self._kept / footage.fps if footage.fps else LOOK_BACK_S
        self._search = PersonSearch(Detector(), calm_s=min(LOOK_BACK_S, kept_s))
        self._detector = detector
        self._waiting: deque[PendingFrame] = deque()
        self._given: set[int] = set()  # the ids in what was given out
        self._live = False
        self.provider = self._net.provider
        self.remark = ""  # it is meant for the CPU

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order, up to `LOOK_BACK_S` late."""
        return self.run_live(frames)

    def run_live(
        self, frames: Iterable[Frame], at_once: Callable[[Frame, People], None] | None = None
    ) -> Iterator[People]:
        """See `LiveEstimator`. Live nobody is tracked back, which would keep the next frames waiting."""
        kept = self._kept if at_once is None else _KEPT_LIVE
        if at_once is not None:
            self._live = True
            self._search.leave_a_core()
        for frame in frames:
            self._waiting.append(PendingFrame(frame, self._shots.is_cut(frame.image)))
            self._step()
            if at_once is not None:
                at_once(frame, self._waiting[-1].people())
            while len(self._waiting) > kept or frame.time - self._waiting[0].frame.time > LOOK_BACK_S:
                yield self._give()
        while self._waiting:
            yield self._give()

    def _give(self) -> People:
        """The result of the oldest waiting frame, which cannot change any more."""
        row = self._waiting.popleft()
        self._given.update(row.poses)
        return row.people()

    def _step(self) -> None:
        """Find the people of the newest waiting frame."""
        row = self._waiting[-1]
        image, time = row.frame.image, row.frame.time
        if row.cut:
            self._people.clear()
            self._tracker.new_shot()
            self._search.restart()
        if self._detector is not None:
            row.sightings = sightings(self._detector.detect(image))
        candidates = self._known_people(image, time)
        candidates = self._nearest(candidates + self._new_people(image, time, candidates))
        ids = self._tracker.assign([one.detection(image) for one in candidates], time)
        for id, candidate in zip(ids, candidates, strict=True):
            source = candidate.source
            if source is None or source == id:
                continue
            if id is None:
                self._note_stranger(source, image, candidate.pose, time)
            elif candidate.new or source in ids:
                self._hand_over(source, id)
        before = self._waiting[-2].poses if len(self._waiting) > 1 else {}
        for id, candidate in zip(ids, candidates, strict=True):
            if id is None:
                continue
            row.poses[id] = pose = candidate.pose
            feet = bottom(pose) if id not in self._people or not pose.covered.any() else self._people[id].bottom
            self._people[id] = _Followed(pose, time, feet, self._turning(id, pose, time))
            if id not in before:
                self._track_back(id, pose)
                self._join()
        self._people = {id: one for id, one in self._people.items() if time - one.time < HIDDEN_S}
        row.areas = self._silhouettes.measure(row.frame, row.poses)

    def _turning(self, id: int, pose: Pose, time: float) -> float:
        """How fast a person who was in the frame before turns in the image, radians per second: 0 unless clearly."""
        last = self._people.get(id)
        if last is None or last.time < self._waiting[-2].frame.time or last.pose.covered.any() or pose.covered.any():
            return 0.0
        turn = wrapped(pose.body.angle - last.pose.body.angle)
        return turn / (time - last.time) if abs(turn) >= _LEAST_TURN and time > last.time else 0.0

    def _note_stranger(self, id: int, image: Array, pose: Pose, time: float) -> None:
        """Note that what is in somebody's region is not them."""
        one = self._people[id]
        since = one.stranger_since if one.stranger_since is not None else time
        one.stranger_since = since if _is_clear(image, pose) else None

    def _is_stranger(self, id: int, image: Array, pose: Pose, time: float) -> bool:
        """Whether somebody else has been seen clearly in somebody's region for long enough."""
        since = self._people[id].stranger_since
        return since is not None and time - since >= _STRANGER_S - 1e-6 and _is_clear(image, pose)

    def _known_people(self, image: Array, time: float) -> list[_Candidate]:
        """Poses in the regions of known people, the nearest first: each is painted out for those behind."""
        found: list[_Candidate] = []
        nearer: list[Pose] = []
        sought = self._sought(image, time)
        self._look_at_once(image, [one for one in sought if one.free])
        for one in sought:
            candidate = self._look(image, one.region, nearer, one.id, one.behind, one.own, one.early)
            if one.sighting is not None:
                candidate = self._confirmed(image, candidate, one, one.sighting, nearer)
            elif is_glimpsed(image, candidate.pose):
                candidate = self._look(image, candidate.pose.body, nearer, one.id, one.behind, one.own)
            if (one.held(candidate.pose) or is_visible(image, candidate.pose)) and not _seen(candidate, found):
                found.append(replace(candidate, new=self._is_stranger(one.id, image, candidate.pose, time)))
                nearer.append(candidate.pose)
                continue
            self._people[one.id].missed += 1
            if one.recent:
                nearer.append(one.own)
        return found

    def _confirmed(
        self, image: Array, candidate: _Candidate, sought: _Sought, sighting: Sighting, nearer: Sequence[Pose]
    ) -> _Candidate:
        """The pose that a sighting confirms: the candidate's, that of the sighting's own region, or the last one."""
        body = sighting.body()
        for again in (False, True):
            if again and body is not None:
                candidate = self._look(image, body.region, nearer, sought.id, sought.behind, sought.own)
            if is_visible(image, candidate.pose) and sighting.agrees(candidate.pose):
                return candidate
        pose = sighting.carried(sought.own)
        return candidate if pose is None else replace(candidate, pose=pose)

    def _sought(self, image: Array, time: float) -> list[_Sought]:
        """Where to look for the known people, the nearest first."""
        sought: list[_Sought] = []
        order = sorted(self._people, key=lambda id: -self._people[id].bottom)
        expected = {id: moved(self._people[id].pose, self._tracker.expected(id, time)) for id in order}
        recent = {id: expected[id] for id in order if time - self._people[id].time < _RECENT_S}
        seen = self._waiting[-1].sightings or []
        seen_as = of_people(seen, expected)
        for rank, id in enumerate(order):
            one, own = self._people[id], expected[id]
            region = one.region(time)
            missing = one.time < self._waiting[-2].frame.time
            sighting = seen[seen_as[id]] if id in seen_as else None
            body = sighting.body() if sighting is not None else None
            if body is None and missing and not ((own.body.center >= 0) & (own.body.center < image.shape[1::-1])).all():
                continue
            if sighting is not None and body is not None and (missing or not sighting.agrees(own)):
                region = body.region
            elif missing or self._tracker.contested(id, time):
                region = replace(region, x=own.body.x + one.aside(time), y=own.body.y)
            in_front, behind = ([recent[i] for i in ids if i in recent] for ids in (order[:rank], order[rank + 1 :]))
            free = not any(near(region, pose.body) for pose in in_front)
            sought.append(_Sought(id, region, behind, own, id in recent, free, sighting))
        return sought

    def _look_at_once(self, image: Array, sought: Sequence[_Sought]) -> None:
        """Look side by side for people with nobody in front: none waits for the pose of another."""
        if len(sought) > 1:
            for one in sought:
                others = Others((), _near(one.region, one.behind), one.own)
                one.early = self._pool.submit(infer, self._net, image, one.region, others)

    def _look(
        self,
        image: Array,
        region: Region,
        nearer: Iterable[Pose],
        source: int | None,
        farther: Iterable[Pose] = (),
        own: Pose | None = None,
        early: Future[Pose] | None = None,
    ) -> _Candidate:
        """The pose in a region among those of the others who are there; `early`: that with nobody in front."""
        others = Others(_near(region, nearer), _near(region, farther), own)
        measured = None if others.nearer else early
        pose = measured.result() if measured else infer(self._net, image, region, others)
        return _Candidate(pose, others.nearer, source)

    def _new_people(self, image: Array, time: float, candidates: list[_Candidate]) -> list[_Candidate]:
        """People who are not known yet, or not where they are looked for.

        The detector runs beside the landmark network, so its results are those of the frame before, or live, of the
        frames before; they are waited for where there is nobody yet.
        """
        if self._waiting[-1].sightings is not None:
            return self._new_sightings(image, candidates, self._waiting[-1].sightings)
        if self._live and candidates and self._search.running:
            return []
        full = bool(self._most) and len(candidates) >= self._most
        known = [one.pose for one in candidates]
        found: list[_Candidate] = []
        detections = self._search.found()
        self._search.begin(image, time, known, near_only=full)
        if not candidates:
            detections += self._search.found()
        for detection in detections:
            others = known + [one.pose for one in found]
            # The pose from its own region agrees with the first one if there really is a person.
            first = self._look(image, detection.region, others, None)
            if not is_new_person(image, first.pose):
                continue
            second = self._look(image, first.pose.body, others, None)
            agree = pose_distance(first.pose, second.pose) < SAME_POSE
            if agree and is_new_person(image, second.pose) and not _taken(second, candidates + found):
                found.append(second)
        if found or not candidates or self._tracker.recently_lost(time):
            self._search.search_soon(time)
        return found

    def _new_sightings(self, image: Array, candidates: list[_Candidate], seen: list[Sighting]) -> list[_Candidate]:
        """People whom another detector sees and who are not known yet: the landmark network must agree with it."""
        found: list[_Candidate] = []
        for one in seen:
            body = one.body() if one.starts else None
            others = [each.pose for each in (*candidates, *found)]
            if body is None or any(one.agrees(pose) for pose in others):
                continue
            new = self._look(image, body.region, others, None)
            if is_visible(image, new.pose) and one.agrees(new.pose) and not _taken(new, candidates + found):
                found.append(new)
        return found

    def _nearest(self, candidates: list[_Candidate]) -> list[_Candidate]:
        """As many as requested; a new person must be clearly nearer to replace one who is tracked."""
        if not self._most:
            return candidates
        ranked = sorted(candidates, key=lambda one: -size(one.pose) * (1.0 if one.source is None else _HYSTERESIS))
        return ranked[: self._most]

    def _hand_over(self, id: int, other: int) -> None:
        """Give the latest poses of a person whose region slid onto another to that one."""
        for row in reversed(list(self._waiting)[:-1]):
            pose = row.poses.get(id)
            if pose is None:
                continue
            seen = _detection(row.frame.image, pose, [], None).appearance
            if other in row.poses or not self._tracker.rather(other, id, seen):
                return
            row.hand_over(id, other)

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

    def _join(self) -> None:
        """Give people who turn out to go on from where others were last seen the ids of these."""
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        for index, row in enumerate(self._waiting):
            for id in row.poses:
                first.setdefault(id, index)
                last[id] = index
        for later, start in first.items():
            if later in self._given or later not in self._people:
                continue
            before = next((id for id, end in last.items() if self._goes_on(id, end, later, start)), None)
            if before is not None and self._tracker.join(before, later):
                for row in self._waiting:
                    if later in row.poses:
                        row.hand_over(later, before)
                self._people[before] = self._people.pop(later)
                return

    def _goes_on(self, id: int, end: int, later: int, start: int) -> bool:
        """Whether the later person begins, in the waiting frame `start`, where the other one ended in frame `end`."""
        rows = list(self._waiting)[end : start + 1]
        if len(rows) < 2 or rows[-1].frame.time - rows[0].frame.time > _JOIN_S or any(row.cut for row in rows[1:]):
            return False
        return pose_distance(rows[0].poses[id], rows[-1].poses[later]) < _LARGEST_JUMP

    def _may_be(self, id: int, row: PendingFrame, candidate: _Candidate) -> bool:
        """True when a pose in a frame in which this person was not detected may be theirs."""
        image, pose = row.frame.image, candidate.pose
        if not is_visible(image, pose):
            return False
        if any(pose_distance(pose, other) < SAME_POSE for other in row.poses.values()):
            return False
        rivals = [i for i, other in row.poses.items() if near(pose.body, other.body)]
        return self._tracker.may_show(id, candidate.detection(image).appearance, rivals)


def _detection(
    image: Array, pose: Pose, nearer: Sequence[Pose], source: int | None, starts: bool = False
) -> ImageDetection:
    """A pose as the tracker takes it; colors of bodies in front are left out."""
    parts = body_points(*(pose.points[pair, :2] for pair in _LIMBS))
    for occluder in nearer:
        parts = [part[~on_body(part, occluder)] for part in parts]
    return ImageDetection(
        center=pose.body.center,
        size=size(pose),
        appearance=signature(image, parts),
        starts_track=starts,
        hidden=hidden_share(pose),
        source=source,
        shape=np.where(pose.covered[MAIN, None], np.nan, (pose.points[MAIN, :2] - pose.body.center) / size(pose)),
    )


def _is_clear(image: Array, pose: Pose) -> bool:
    """Whether a pose shows somebody well, with nobody in front."""
    return is_new_person(image, pose) and not pose.covered.any()


def _near(region: Region, poses: Iterable[Pose]) -> list[Pose]:
    return [pose for pose in poses if near(region, pose.body)]


def _taken(candidate: _Candidate, others: Sequence[_Candidate]) -> bool:
    """True when what seems to be a new person is one of the others, whole or with the face."""
    return _seen(candidate, others) or any(same_face(candidate.pose, other.pose) for other in others)


def _seen(candidate: _Candidate, others: Iterable[_Candidate]) -> bool:
    """True when a pose shows the same body as one of the others."""
    return any(pose_distance(candidate.pose, other.pose) < SAME_POSE for other in others)
