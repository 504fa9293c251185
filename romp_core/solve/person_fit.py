"""Fits of one person, whatever model saw it, and the motion that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..geometry.projection import Pinhole
from ..geometry.rotations import side_of
from ..geometry.skeleton import N_JOINTS
from ..take.take import Motion
from ..typing import Array
from .body_fit import fit_body_segment
from .landmark_fit.kinematic_chain import Chain
from .landmark_fit.residuals import Feet, Floor
from .landmark_fit.segment_fit import Guess, refit_segment, rough_segment
from .scene import Actor, Fitted
from .segments import Segment, hold_in_gaps

Progress = Callable[[float], None]
"""Called with the share of the work that is done, 0..1; may raise to stop."""


def fit_actor(actor: Actor, pinhole: Pinhole, progress: Progress) -> Actor:
    """The actor with every segment fitted: a body model's poses for good, landmarks only roughly."""
    observations, chain = actor.person.observations, Chain(actor.rest)
    fitted = []
    for segment, share in _segments(actor, progress):
        if observations.has_rotations:
            fitted.append(Fitted(*fit_body_segment(segment, observations, actor.rest, pinhole, share)))
        else:
            fitted.append(Fitted(*rough_segment(segment, observations, chain, pinhole, share)))
    return replace(actor, fitted=tuple(fitted))


def started_from(actor: Actor, guess: Motion) -> Actor:
    """The actor with an earlier solution in camera space taken for the fit."""
    fitted = [Fitted(*_at_samples(segment, actor, guess)) for segment in actor.segments]
    return replace(actor, fitted=tuple(fitted))


def refit_actor(actor: Actor, pinhole: Pinhole, progress: Progress, guess: Motion, feet: Feet | None = None) -> Actor:
    """The actor with the landmarks of every segment fitted in detail.

    Args:
        guess: an earlier solution in camera space.
        feet: what is known of them in its m frames; None before the contacts are known.
    """
    observations, chain = actor.person.observations, Chain(actor.rest)
    fitted = []
    for segment, share in _segments(actor, progress):
        at = _frames(segment, actor)
        held = None if feet is None else _feet_at_samples(segment, feet, at)
        known = Guess(*_at_samples(segment, actor, guess), held)
        calm, raw = refit_segment(segment, observations, chain, pinhole, share, known)
        fitted.append(Fitted(*calm, raw=Fitted(*raw) if raw else None))
    return replace(actor, fitted=tuple(fitted))


def _feet_at_samples(segment: Segment, feet: Feet, at: slice) -> Feet:
    feet = feet.rows(at)
    return Feet(
        segment.at_samples(feet.holds),
        segment.at_samples(feet.depths),
        Floor(*(segment.at_samples(each).astype(np.float32) for each in feet.floor.arrays)),
    )


def _segments(actor: Actor, progress: Progress) -> Iterator[tuple[Segment, Progress]]:
    """The segments, each with its share of the progress."""
    weights = np.cumsum([0, *(len(segment.seen) for segment in actor.segments)])
    for segment, (low, high) in zip(actor.segments, pairwise(weights / weights[-1]), strict=True):
        yield segment, part(progress, low, high)


def _frames(segment: Segment, actor: Actor) -> slice:
    first = actor.frame_index[0]
    return slice(segment.frames[0] - first, segment.frames[-1] - first + 1)


def _at_samples(segment: Segment, actor: Actor, motion: Motion) -> tuple[Array, Array]:
    """Rotations and root of a motion of the actor at the samples of a segment."""
    at = _frames(segment, actor)
    return segment.at_samples(motion.rotations[at], rotations=True), segment.at_samples(motion.root[at])


def motion_of(actor: Actor, fitted: tuple[Fitted, ...]) -> Motion:
    """The motion in camera space that fitted segments make, gaps held."""
    frames = actor.frame_index
    valid = np.zeros(len(frames), bool)
    rotations = np.zeros((len(frames), N_JOINTS, 4), np.float32)
    root = np.zeros((len(frames), 3), np.float32)
    end = -1
    for segment, each in zip(actor.segments, fitted, strict=True):
        at = _frames(segment, actor)
        rotations[at] = segment.at_frames(each.rotations, rotations=True)
        root[at], valid[at] = segment.at_frames(each.root), True
        if end >= 0:  # the same rotation has two quaternions; take those on the side of the segment before
            rotations[at] *= side_of(rotations[at.start], rotations[end])
        end = at.stop - 1
    build = np.zeros(0) if actor.build is None else actor.build
    return hold_in_gaps(Motion(frames, valid, rotations, root, actor.rest, actor.contacts, build.astype(np.float32)))


def part(progress: Progress, low: float, high: float) -> Progress:
    """Progress 0..1 of a part of the work between two shares of it."""
    return lambda share: progress(float(low + (high - low) * share))
