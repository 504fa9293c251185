"""Hands as a stage of the solve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...bodies.build import built_fingers
from ...take.edits.relaxed import without_relaxed
from ..person_fit import Progress
from ..scene import Actor, Scene
from .tracks import hand_tracks


def with_hands(actor: Actor, progress: Progress, scene: Scene) -> Actor:
    """The actor with solved hands, in camera space, where they were captured."""
    progress(0.0)
    observations = without_relaxed(actor.person.observations, scene.relaxed_of(actor), scene.footage.times)
    if not observations.has_hands:
        return actor
    rest = built_fingers(np.zeros(0) if actor.build is None else actor.build, actor.stature)
    return replace(actor, hands=hand_tracks(observations, actor.segments, rest, scene.pinhole, scene.footage, progress))
