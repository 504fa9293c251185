"""Raw take in, solved take out: a pure function of the observations and the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..bodies.embedded import load_body
from ..geometry.projection import Pinhole, focal_from_fov
from ..geometry.rotations import side_of
from ..geometry.skeleton import N_JOINTS
from ..take.settings import SolveSettings, check
from ..take.take import Camera, Motion, Person, Take, take_fov
from ..typing import Array
from .body_smoothing import adult_stature, body_segment, stature, steady_skeleton
from .contacts.foot_visibility import foot_sight
from .landmark_fit.kinematic_chain import Chain
from .landmark_fit.segment_fit import Guess, fit_segment
from .segments import Segment, hold_in_gaps, segments
from .world.camera_path import camera_path, still_camera
from .world.leveling import camera_rotation
from .world.placement import place_people, steady_up

_USUAL_HEIGHT = 1.70
"""Meters. A picture says nothing about scale, so people are solved as if the median of them were that tall; then a
height scales the result and changes nothing else, though the solve knows lengths and speeds of people in meters."""
_CALM, _CALM_BODY = 1.0, 1.6
"""Least smoothing of the motion in which contacts are found, by landmarks and by a body model's poses; without it the
legs change places too often, and standing feet shake."""
_FIRST_PASS, _LAST_PASS = 0.7, 0.95
"""Shares of the work done when the people are placed in the world for the first and for the last time."""


def solve(
    take: Take, progress: Callable[[float], None] | None = None, rest_joints: Callable[[float], Array] | None = None
) -> Take:
    """Solve every person of a take into one level world.

    The people are fitted in camera space and placed on the floor; what their standing feet tell then refines the fit.

    Args:
        take: raw or solved; its `solve` settings say how.
        progress: told the share done, 0..1; may raise to stop.
        rest_joints: rest skeleton (24, 3) meters for a body height in meters; the embedded body's when left out.

    Returns:
        the take with camera and a motion per person. People of whom nothing usable was seen are left out.
    """
    settings, footage = check(take.solve), take.footage
    tell = _Teller(progress)
    skeleton = rest_joints or load_body().rest_joints
    fov = take_fov(take)
    optics = Pinhole(focal_from_fov(fov, footage.width), np.array([footage.width, footage.height]) / 2)
    seen = seen_skeletons(take)
    heights = body_heights(take, seen)
    unit = float(np.median(heights or [_USUAL_HEIGHT])) / _USUAL_HEIGHT
    subjects = [
        _subject(person, body, (skeleton(height) if body is None else body * (height / stature(body))) / unit, take)
        for person, body, height in zip(take.people, seen, heights, strict=True)
    ]
    subjects = [subject for subject in subjects if subject.parts]
    shares = _shares(tell, 0.0, _FIRST_PASS if settings.contacts.contacts else _LAST_PASS, subjects)
    motions = [
        _fitted(subject, optics, _first_strength(subject, settings), share)
        for subject, share in zip(subjects, shares, strict=True)
    ]
    sights = [
        foot_sight(subject.person.observations, motion.frame_index, footage)
        for subject, motion in zip(subjects, motions, strict=True)
    ]
    path = _camera_path(subjects, fov, take)
    up = steady_up(motions, sights, path, footage, tell.again) if settings.level.level else None
    rotation = camera_rotation(up, settings.level)
    placed = place_people(motions, sights if settings.contacts.contacts else None, rotation, path, footage, tell.again)
    if settings.contacts.contacts:
        shares = _shares(tell, _FIRST_PASS, _LAST_PASS, subjects)
        known = [placed.in_camera(index, tell.again) for index in range(len(subjects))]
        del motions, placed  # a long take is heavy: keep no more of it than is needed
        motions = [
            _fitted(subject, optics, settings.smoothing.strength, share, guess)
            for subject, share, guess in zip(subjects, shares, known, strict=True)
        ]
        del known
        placed = place_people(motions, None, rotation, path, footage, tell.again)
    tell(1.0)
    people = (
        replace(subject.person, motion=_scaled(hold_in_gaps(motion), unit))
        for subject, motion in zip(subjects, placed.motions, strict=True)
    )
    camera = replace(placed.camera, position=placed.camera.position * unit)
    return replace(take, people=tuple(people), camera=camera)


def seen_skeletons(take: Take) -> list[Array | None]:
    """Rest skeleton (24, 3) of each person as a body model saw it; None where landmarks alone are known."""
    people = (person.observations for person in take.people)
    return [steady_skeleton(each) if each.has_rotations else None for each in people]


def body_heights(take: Take, seen: list[Array | None]) -> list[float]:
    """Height in meters of each person: their own, else the take's; sizes that a body model saw stay in proportion."""
    sizes = [None if body is None else stature(body) for body in seen]
    grown = adult_stature([size for size in sizes if size]) if any(sizes) else 1.0
    return [
        person.height or take.solve.scale.height * (size / grown if size else 1.0)
        for person, size in zip(take.people, sizes, strict=True)
    ]


def _camera_path(subjects: list[_Subject], fov: float, take: Take) -> Camera:
    """Path of the camera in the space of the first picture's camera."""
    if not take.solve.camera.follow_camera:
        return still_camera(fov)
    known = [(subject, subject.seen) for subject in subjects if subject.seen is not None]
    scales = [stature(subject.rest) / stature(seen) for subject, seen in known]
    return camera_path([subject.person.observations for subject, _ in known], scales, fov, take.footage)


def _scaled(motion: Motion, unit: float) -> Motion:
    return replace(
        motion,
        root=(motion.root * unit).astype(np.float32),
        rest_joints=(motion.rest_joints * unit).astype(np.float32),
    )


class _Teller:
    """Passes progress on, and can repeat it so that a long step can be stopped."""

    def __init__(self, progress: Callable[[float], None] | None) -> None:
        self._progress = progress or (lambda share: None)
        self._told = 0.0

    def __call__(self, share: float) -> None:
        self._told = share
        self._progress(share)

    def again(self) -> None:
        self._progress(self._told)


@dataclass(frozen=True)
class _Subject:
    """A person about to be solved.

    Attributes:
        seen: (24, 3) rest skeleton as a body model saw it, else None; rest: (24, 3) the one to solve with.
        parts: the stretches in which the person is seen.
    """

    person: Person
    seen: Array | None
    rest: Array
    parts: tuple[Segment, ...]


def _subject(person: Person, seen: Array | None, rest: Array, take: Take) -> _Subject:
    parts = segments(person.observations, take.footage, take.solve.fit.max_gap)
    return _Subject(person, seen, np.asarray(rest, dtype=np.float64), tuple(parts))


def _first_strength(subject: _Subject, settings: SolveSettings) -> float:
    """Smoothing of the first pass, which finds the contacts if they are wanted."""
    if not settings.contacts.contacts:
        return settings.smoothing.strength
    return max(settings.smoothing.strength, _CALM_BODY if subject.person.observations.has_rotations else _CALM)


def _shares(
    tell: Callable[[float], None], start: float, stop: float, subjects: list[_Subject]
) -> list[Callable[[float], None]]:
    """One progress function per subject, 0..1 each, by the number of observations."""
    counts = np.array([0, *(len(subject.person.observations.frame_index) for subject in subjects)])
    edges = start + (stop - start) * np.cumsum(counts) / max(counts.sum(), 1)
    return [_part(tell, low, high) for low, high in pairwise(edges)]


def _part(tell: Callable[[float], None], low: float, high: float) -> Callable[[float], None]:
    return lambda share: tell(float(low + (high - low) * share))


def _fitted(
    subject: _Subject,
    optics: Pinhole,
    strength: float,
    progress: Callable[[float], None],
    known: tuple[Motion, Array] | None = None,
) -> Motion:
    """Motion of one person in camera space; `known` is an earlier one and the footholds (m, 2, 3) found in it."""
    parts, observations = subject.parts, subject.person.observations
    chain = Chain(subject.rest)
    frames = np.arange(parts[0].rows[0], parts[-1].rows[-1] + 1, dtype=np.int32)
    valid = np.zeros(len(frames), bool)
    rotations = np.zeros((len(frames), N_JOINTS, 4), np.float32)
    root = np.zeros((len(frames), 3), np.float32)
    seen = np.cumsum([0, *(len(part.seen) for part in parts)])
    for index, part in enumerate(parts):
        rows = slice(part.rows[0] - frames[0], part.rows[-1] - frames[0] + 1)
        share = _part(progress, seen[index] / seen[-1], seen[index + 1] / seen[-1])
        if observations.has_rotations:
            turned, placed = body_segment(part, observations, subject.rest, optics, strength, share)
        else:
            guess = None if known is None else _guess(part, rows, *known)
            turned, placed = fit_segment(part, observations, chain, optics, strength, share, guess)
        rotations[rows], root[rows], valid[rows] = (part.at_rows(turned, rotations=True), part.at_rows(placed), True)
        if index:  # the same rotation has two quaternions; take those on the side of the part before
            end = parts[index - 1].rows[-1] - frames[0]
            rotations[rows] *= side_of(rotations[rows.start], rotations[end])
    contacts = np.zeros((len(frames), 2), bool) if known is None else known[0].contacts
    return hold_in_gaps(Motion(frames, valid, rotations, root, subject.rest, contacts))


def _guess(part: Segment, rows: slice, motion: Motion, holds: Array) -> Guess:
    """What an earlier solution says of these rows of its own."""
    return Guess(
        part.at_samples(motion.rotations[rows], rotations=True),
        part.at_samples(motion.root[rows]),
        part.at_samples(holds[rows]),
    )
