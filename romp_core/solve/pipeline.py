"""Raw take in, solved take out: a pure function of the observations and the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..body import load_body
from ..rotations import Array, make_continuous
from ..settings import DEFAULT_FOV_DEG, check
from ..spaces import focal_from_fov
from ..take import Motion, Person, Take
from .fitting import fit_segment
from .ground import place_people
from .timeline import segments


def solve(
    take: Take,
    progress: Callable[[float], None] | None = None,
    rest_joints: Callable[[float], Array] | None = None,
) -> Take:
    """Solve every person of a take into one level world.

    Args:
        take: raw or solved; its `solve` settings say how.
        progress: told the share done, 0..1; may raise to stop.
        rest_joints: rest skeleton (24, 3) metres for a body height in metres; the embedded body's when left out.

    Returns:
        the take with camera and a motion per person. People of whom nothing usable was seen are left out.
    """
    settings = check(take.solve)
    tell = progress or (lambda part: None)
    skeleton = rest_joints or load_body().rest_joints
    fov = np.radians(settings.fov) or take.footage.fov or np.radians(DEFAULT_FOV_DEG)
    total = sum(len(person.observations.frames) for person in take.people) or 1
    done, solved = 0, []
    for person in take.people:
        count = len(person.observations.frames)
        share = _share(tell, 0.95 * done / total, 0.95 * count / total)
        motion = _solve_person(take, person, float(fov), skeleton(person.height or settings.height), share)
        if motion is not None:
            solved.append(replace(person, motion=motion))
        done += count
    motions = [person.motion for person in solved if person.motion is not None]
    camera, motions = place_people(motions, settings, float(fov), take.footage)
    people = tuple(replace(person, motion=motion) for person, motion in zip(solved, motions, strict=True))
    tell(1.0)
    return replace(take, people=people, camera=camera)


def _share(tell: Callable[[float], None], start: float, span: float) -> Callable[[float], None]:
    """Progress of a part as progress of the whole."""
    return lambda part: tell(start + span * part)


def _solve_person(
    take: Take, person: Person, fov: float, rest: Array, progress: Callable[[float], None]
) -> Motion | None:
    """Motion of one person in camera space; None when no observation is usable."""
    footage, settings = take.footage, take.solve
    observations = person.observations
    parts = list(segments(observations, footage, settings.max_gap))
    if not parts:
        return None
    frames = np.arange(parts[0].rows[0], parts[-1].rows[-1] + 1, dtype=np.int32)
    valid = np.zeros(len(frames), bool)
    rotations, root = np.zeros((len(frames), 24, 4), np.float32), np.zeros((len(frames), 3), np.float32)
    focal = focal_from_fov(fov, footage.width)
    center = np.array([footage.width, footage.height]) / 2
    seen = 0
    total = sum(len(part.seen) for part in parts)
    for part in parts:
        local, place = fit_segment(
            part, observations, rest, person.height or settings.height, focal, center, settings.strength,
            _share(progress, seen / total, len(part.seen) / total),
        )  # fmt: skip
        rows = part.rows - frames[0]
        rotations[rows], root[rows] = part.collect_rotations(local), part.collect(place)
        valid[rows] = True
        seen += len(part.seen)
    last = np.maximum.accumulate(np.where(valid, np.arange(len(frames)), 0))
    rotations, root = make_continuous(rotations[last]).astype(np.float32), root[last]
    contacts = np.zeros((len(frames), 2), bool)
    return Motion(frames, valid, rotations, root, np.asarray(rest), contacts)
