"""What in a take is likely wrong, or was hard to see, each with what the user can do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..geometry.skeleton import JOINT, forward_kinematics
from ..take.take import FootageInfo, Person, Take

_MOST_SAMPLES = 2000
"""Frames of a person that are looked at: enough for shares of a long take."""
_CUT_OFF_SHARE, _MARGIN = 0.3, 0.02
_SMALL_PX, _SHORT_SECONDS, _UNSURE = 80.0, 0.8, 0.5
_UPSIDE_DOWN_SECONDS, _UPSIDE_DOWN = 1.0, -0.5
_TALLEST_M, _SMALLEST_M = 2.2, 0.6


@dataclass(frozen=True)
class Doubt:
    """Something to look at.

    Attributes:
        person: id, None for what is about the whole take. text: a sentence. remedy: what helps, a sentence.
    """

    person: int | None
    text: str
    remedy: str


def doubts(take: Take) -> list[Doubt]:
    """All doubts about a take, raw or solved, as its edits leave it; those about people in the order of the people."""
    found = list(_about_footage(take.footage))
    for person in take.edited_people:
        found += [Doubt(person.id, text, remedy) for text, remedy in _about_person(take, person)]
    return found


def _about_footage(footage: FootageInfo) -> Iterator[Doubt]:
    if footage.cuts:
        count = len(footage.cuts)
        yield Doubt(
            None,
            f"The footage has {count} cut{'s' if count > 1 else ''}, after which everything is another.",
            "Capture each shot by itself, with Start and End.",
        )


def _about_person(take: Take, person: Person) -> Iterator[tuple[str, str]]:
    seen, footage = person.observations, take.footage
    count = len(seen.frame_index)
    if not count:
        return
    times = footage.times[seen.frame_index]
    seconds, length = float(times[-1] - times[0]), float(footage.times[-1] - footage.times[0])
    if seconds < _SHORT_SECONDS and length > 3 * _SHORT_SECONDS:
        yield (
            f"Seen for {seconds:.1f} s only: a part of somebody else, or nobody.",
            "Remove the person if there is none.",
        )
        return
    some = slice(None, None, -(-count // _MOST_SAMPLES))
    points = seen.keypoints2d[some]  # (n, K, 2)
    tall = np.median(np.ptp(points[..., 1], axis=1))
    if 0 < tall < _SMALL_PX:
        yield (
            f"Only {tall:.0f} pixels tall in the image.",
            "A closer shot, or the original file, helps.",
        )
    size = np.array([footage.width, footage.height])
    outside = ((points < -_MARGIN * size) | (points > (1 + _MARGIN) * size)).any(axis=(1, 2)).mean()
    if outside > _CUT_OFF_SHARE:
        yield f"Cut off by the edge of the image in {outside:.0%} of the frames.", "What is not seen is a guess."
    confidence = float(seen.confidence.mean())
    if confidence < _UNSURE:
        yield f"The model's confidence is {confidence:.0%}.", "A brighter or closer shot may help."
    yield from _about_motion(take, person)


def _about_motion(take: Take, person: Person) -> Iterator[tuple[str, str]]:
    height = take.estimates.heights.get(person.id) if take.estimates else None
    if height is not None and not _SMALLEST_M < height.meters < _TALLEST_M:
        yield f"{height.meters:.2f} m tall.", "Set the person's height under Motion."
    motion = person.motion
    if motion is None or not len(motion.frame_index):
        return
    some = slice(None, None, -(-len(motion.frame_index) // _MOST_SAMPLES))
    rotations, root = motion.rotations[some], motion.root[some]
    joints = forward_kinematics(rotations, root, motion.rest_joints)[0]
    spine = joints[:, JOINT["neck"]] - joints[:, JOINT["pelvis"]]
    up = spine[:, 2] / np.maximum(np.linalg.norm(spine, axis=-1), 1e-6)
    seconds = _longest(take.footage.times[motion.frame_index[some]], (up < _UPSIDE_DOWN) & motion.valid[some])
    if seconds >= _UPSIDE_DOWN_SECONDS:
        yield f"Upside down for {seconds:.1f} s.", "Unless it is a handstand, remove that part or the person."


def _longest(times: np.ndarray, holds: np.ndarray) -> float:
    """Seconds of the longest run of frames in which something holds. times (n,), holds (n,) bool."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], holds, [False])).astype(int)))
    return max((float(times[last - 1] - times[first]) for first, last in edges.reshape(-1, 2)), default=0.0)
