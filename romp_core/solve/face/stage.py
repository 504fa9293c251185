"""Faces as a stage of the solve."""

from __future__ import annotations

from dataclasses import replace

from ...take.edits.relaxed import without_relaxed
from ...take.settings.face import FaceSettings
from ..person_fit import Progress
from ..scene import Actor, Scene
from .tracks import face_track


def with_face(actor: Actor, progress: Progress, scene: Scene, settings: FaceSettings) -> Actor:
    """The actor with a solved face, its head in camera space, where it was captured."""
    progress(0.0)
    observations = without_relaxed(actor.person.observations, scene.relaxed_of(actor), scene.footage.times)
    if not observations.has_face:
        return actor
    track = face_track(observations, actor.segments, scene.pinhole, scene.footage, settings, progress)
    return replace(actor, face=track)
