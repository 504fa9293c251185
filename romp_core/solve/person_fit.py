"""Fits of one person, whatever model saw it, and the motion that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..geometry.projection import Pinhole
from ..geometry.rotations import normalize, side_of
from ..geometry.skeleton import N_JOINTS
from ..take.take import Motion
from ..typing import Array
from .body_fit import fit_body_segment
from .glitches import without_glitches
from .landmark_fit.kinematic_chain import Chain
from .landmark_fit.segment_fit import Guess, fit_segment, refit_segment
from .scene import Actor, Fitted
from .segments import hold_in_gaps
from .smoothing import BODY_MODEL, LANDMARKS, smooth_motion

Progress = Callable[[float], None]
"""Called with the share of the work that is done, 0..1; may raise to stop."""


def fit_actor(
    actor: Actor, pinhole: Pinhole, progress: Progress, guess: Motion | None = None, footholds: Array | None = None
) -> Actor:
    """The actor with every segment fitted.

    Args:
        guess: an earlier solution in camera space; without footholds it is good enough to find contacts in.
        footholds: (m, 2, 3) where the balls of standing feet are in camera space, NaN where they do not stand; the
            guess is refined with them.
    """
    observations = actor.person.observations
    weights = np.cumsum([0, *(len(segment.seen) for segment in actor.segments)])
    fitted = []
    for segment, (low, high) in zip(actor.segments, pairwise(weights / weights[-1]), strict=True):
        share = part(progress, low, high)
        if observations.has_rotations:
            fitted.append(Fitted(*fit_body_segment(segment, observations, actor.rest, pinhole, share)))
            continue
        chain = Chain(actor.rest)
        if guess is None:
            fitted.append(Fitted(*fit_segment(segment, observations, chain, pinhole, share)))
            continue
        at = slice(segment.frames[0] - actor.frame_index[0], segment.frames[-1] - actor.frame_index[0] + 1)
        start = segment.at_samples(guess.rotations[at], rotations=True), segment.at_samples(guess.root[at])
        if footholds is None:
            fitted.append(Fitted(*start))
            continue
        known = Guess(*start, segment.at_samples(footholds[at]))
        calm, raw = refit_segment(segment, observations, chain, pinhole, share, known)
        fitted.append(Fitted(*calm, raw=Fitted(*raw)))
    return replace(actor, fitted=tuple(fitted))


def motion_of(actor: Actor, fitted: tuple[Fitted, ...]) -> Motion:
    """The motion in camera space that fitted segments make, gaps held."""
    frames = actor.frame_index
    valid = np.zeros(len(frames), bool)
    rotations = np.zeros((len(frames), N_JOINTS, 4), np.float32)
    root = np.zeros((len(frames), 3), np.float32)
    end = -1
    for segment, each in zip(actor.segments, fitted, strict=True):
        at = slice(segment.frames[0] - frames[0], segment.frames[-1] - frames[0] + 1)
        rotations[at] = segment.at_frames(each.rotations, rotations=True)
        root[at], valid[at] = segment.at_frames(each.root), True
        if end >= 0:  # the same rotation has two quaternions; take those on the side of the segment before
            rotations[at] *= side_of(rotations[at.start], rotations[end])
        end = at.stop - 1
    return hold_in_gaps(Motion(frames, valid, rotations, root, actor.rest, actor.contacts))


def smoothed(actor: Actor, strength: float) -> tuple[Fitted, ...]:
    """The actor's fitted segments, smoothed over time.

    A body model's poses are smoothed as they are. The landmark fit has a motion prior of its own, which smooths as
    strength 1 does: less leads back to the frame-by-frame fit, more smooths the motion further.
    """
    smooth = []
    for segment, each in zip(actor.segments, actor.fitted, strict=True):
        if each.raw is None:
            rotations = without_glitches(each.rotations) if strength > 0 else each.rotations
            smooth.append(Fitted(*smooth_motion(rotations, each.root, segment.interval, strength, BODY_MODEL)))
        elif strength < 1:
            less = smooth_motion(each.raw.rotations, each.raw.root, segment.interval, strength, LANDMARKS)
            smooth.append(_between(Fitted(*less), each, strength))
        else:
            smooth.append(Fitted(*smooth_motion(each.rotations, each.root, segment.interval, strength - 1, LANDMARKS)))
    return tuple(smooth)


def _between(a: Fitted, b: Fitted, share: float) -> Fitted:
    """Normalized mean of close motions; sign-continuous like the first one."""
    rotations = a.rotations + (b.rotations * side_of(b.rotations, a.rotations) - a.rotations) * np.float32(share)
    return Fitted(normalize(rotations).astype(np.float32), a.root + (b.root - a.root) * np.float32(share))


def part(progress: Progress, low: float, high: float) -> Progress:
    """Progress 0..1 of a part of the work between two shares of it."""
    return lambda share: progress(float(low + (high - low) * share))
