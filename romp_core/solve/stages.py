"""The stages of the solve, in order: each is a pure function of the scene before it and the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from ..take.settings import SolveSettings
from ..take.take import Camera, FootageInfo, Motion
from .contacts.detection import find_contacts
from .contacts.legs import CheckIn, LegTracks, leg_tracks
from .contacts.planting import plant_feet
from .contacts.soles import lowest_soles
from .heights import body_heights, relative_sizes, scale_of, stature
from .motion_transforms import into_camera, into_world, moved, scaled, turned_camera
from .person_fit import Progress, fit_actor, motion_of, part, smoothed
from .scene import Actor, Scene
from .segments import hold_in_gaps
from .world.camera_path import camera_path, still_camera
from .world.common_floor import OnFloor, onto_common_floor
from .world.floor_and_sizes import find_ground
from .world.focal_length import find_focal_length
from .world.leveling import camera_rotation
from .world.standing import standing_evidence

_STEADY = 1.6
"""Smoothing of a body model's motion in which contacts are found."""


@dataclass(frozen=True)
class Stage:
    """One step of the solve.

    Attributes:
        settings: the part of the settings that the stage depends on.
        share: of the time that a first solve takes.
        kept: whether its result is worth caching: later stages can start from it.
    """

    name: str
    run: Callable[[Scene, SolveSettings, Progress], Scene]
    settings: Callable[[SolveSettings], Any]
    share: float
    kept: bool = False


def fit(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Every person in camera space, each by itself. People with an earlier motion keep it until they are refined."""
    actors = [
        fit_actor(actor, scene.pinhole, share, actor.motion)
        for actor, share in zip(scene.actors, _shares(progress, scene.actors), strict=True)
    ]
    return replace(scene, actors=tuple(actors))


def camera(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """The camera's path in the space of the first frame's camera."""
    if not settings.camera.follow_camera:
        return replace(scene, path=still_camera(scene.fov))
    known = [(actor, actor.estimated) for actor in scene.actors if actor.estimated is not None]
    scales = [stature(actor.rest) / stature(estimated) for actor, estimated in known]
    observations = [actor.person.observations for actor, _ in known]
    return replace(scene, path=camera_path(observations, scales, scene.fov, scene.footage))


def refine(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """The ground and how large people are; contacts, and what standing feet tell about the pose.

    By the evidence alone: no setting of the world changes the fit.
    """
    assert scene.path is not None
    check_in = _check_in(progress)
    scene = _grounded(
        replace(scene, actors=tuple(replace(each, motion=_steady(each)) for each in scene.actors)), check_in
    )
    world = level(scene, SolveSettings(), progress)
    on_floor = _on_floor(world, check_in)
    found = []
    for index, actor in enumerate(scene.actors):
        motion, legs = on_floor.motions[index], on_floor.legs[index]
        soles = lowest_soles(legs, motion.rest_joints)
        contacts = find_contacts(motion, legs, soles, actor.visibility, on_floor.camera, scene.footage)
        actor = replace(actor, contacts=contacts)
        if not actor.person.observations.has_rotations:
            planted = _planted(replace(motion, contacts=contacts), legs, on_floor.camera, scene.footage, check_in)
            planted = moved(planted, -on_floor.shifts[index])  # where the image shows it
            size = actor.size * on_floor.scales[index]
            balls = on_floor.camera.to_camera(leg_tracks(planted, check_in).balls, planted.frame_index)
            holds = np.where(contacts[..., None], balls, np.nan) / size
            actor = fit_actor(
                actor,
                scene.pinhole,
                part(progress, *_span(actor, scene.actors)),
                scaled(into_camera(planted, on_floor.camera), 1 / size),
                holds,
            )
        found.append(replace(actor, motion=None))
    return replace(scene, actors=tuple(found))


def _grounded(scene: Scene, check_in: CheckIn) -> Scene:
    """The scene with its ground and the sizes of its people, by their motions in camera space."""
    assert scene.path is not None
    actors = scene.actors
    moves = len(scene.path.rotation) > 1  # then sizes are those of the model that knows how
    known = [actor.person.height is not None or moves for actor in actors]
    motions, visibilities = [actor.solved_motion for actor in actors], [actor.visibility for actor in actors]
    evidence = standing_evidence(motions, visibilities, known, scene.path, scene.footage, check_in)
    actors = tuple(replace(actor, contacts=each) for actor, each in zip(actors, evidence.contacts, strict=True))
    if evidence.straight is None:
        return replace(scene, actors=actors)
    ground = find_ground(evidence.straight, evidence.people)
    lens = None if scene.fov_known or moves else find_focal_length(evidence.straight, evidence.people)
    sizes = relative_sizes([stature(actor.rest) for actor in actors], ground.sizes, ground.errors, any(known))
    several = np.isfinite(ground.errors).sum() > 1
    actors = tuple(
        replace(
            actor,
            size=float(size),
            grounded=bool(np.isfinite(error)),
            sized=not fixed,
            size_error=float(error) if several and np.isfinite(error) and not fixed else None,
        )
        for actor, size, error, fixed in zip(actors, sizes, ground.errors, known, strict=True)
    )
    return replace(scene, ground=ground, focal_length=lens, actors=actors)


def smooth(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Motions in camera space, smoothed over time."""
    strength = settings.smoothing.strength
    return _with_motions(scene, [motion_of(actor, smoothed(actor, strength)) for actor in scene.actors])


def level(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Camera and motions in a world with z up, people in their sizes: that moves nobody in the image."""
    assert scene.path is not None
    up = scene.ground.up if settings.level.level and scene.ground is not None else None
    camera = turned_camera(scene.path, camera_rotation(up, settings.level))
    actors = tuple(
        replace(actor, motion=into_world(scaled(actor.solved_motion, actor.size), camera)) for actor in scene.actors
    )
    return replace(scene, camera=camera, actors=actors)


def floor(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Everybody on one floor at height zero."""
    on_floor = _on_floor(scene, _check_in(progress))
    return _with_motions(replace(scene, camera=on_floor.camera), on_floor.motions)


def contacts(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Which feet stand, as found in the refinement, unless switched off."""
    on = settings.contacts.contacts
    motions = [replace(a.solved_motion, contacts=a.contacts & on) for a in scene.actors]
    return _with_motions(scene, motions)


def plant(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Standing feet held still on the floor."""
    assert scene.camera is not None
    check_in = _check_in(progress)
    motions = [actor.solved_motion for actor in scene.actors]
    planted = [
        _planted(motion, leg_tracks(motion, check_in), scene.camera, scene.footage, check_in)
        if motion.contacts.any()
        else motion
        for motion in motions
    ]
    return _with_motions(scene, planted)


def cleanup(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Gaps hold the last pose before them."""
    return _with_motions(scene, [hold_in_gaps(actor.solved_motion) for actor in scene.actors])


def scale(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """World and people in the user's meters."""
    assert scene.camera is not None
    heights = body_heights(
        [actor.person for actor in scene.actors], [actor.estimated for actor in scene.actors], settings.scale.height
    )
    unit = scale_of(heights)
    motions = [scaled(actor.solved_motion, unit) for actor in scene.actors]
    return _with_motions(replace(scene, camera=replace(scene.camera, position=scene.camera.position * unit)), motions)


def _no_settings(settings: SolveSettings) -> None:
    return None


STAGES: Final = (
    Stage("fit", fit, lambda settings: settings.fit, 0.6),
    Stage("camera", camera, lambda settings: settings.camera, 0.01),
    Stage("refine", refine, _no_settings, 0.33, kept=True),
    Stage("smooth", smooth, lambda settings: settings.smoothing, 0.02, kept=True),
    Stage("level", level, lambda settings: settings.level, 0.005),
    Stage("floor", floor, _no_settings, 0.01),
    Stage("contacts", contacts, lambda settings: settings.contacts, 0.0),
    Stage("plant", plant, _no_settings, 0.02, kept=True),
    Stage("cleanup", cleanup, _no_settings, 0.0),
    Stage("scale", scale, lambda settings: settings.scale, 0.005),
)


def _steady(actor: Actor) -> Motion:
    """The motion in which contacts are found: standing feet shake in the frame-wise poses of a body model."""
    fitted = smoothed(actor, _STEADY) if actor.person.observations.has_rotations else actor.fitted
    return motion_of(actor, fitted)


def _with_motions(scene: Scene, motions: list[Motion]) -> Scene:
    pairs = zip(scene.actors, motions, strict=True)
    return replace(scene, actors=tuple(replace(actor, motion=motion) for actor, motion in pairs))


def _on_floor(scene: Scene, check_in: CheckIn) -> OnFloor:
    """The people of a scene in the world on one floor."""
    assert scene.camera is not None
    motions = [replace(actor.solved_motion, contacts=actor.contacts) for actor in scene.actors]
    legs = [leg_tracks(motion, check_in) for motion in motions]
    grounded, sized = ([getattr(actor, name) for actor in scene.actors] for name in ("grounded", "sized"))
    return onto_common_floor(scene.camera, motions, legs, grounded, sized, scene.footage)


def _planted(motion: Motion, legs: LegTracks, camera: Camera, footage: FootageInfo, check_in: CheckIn) -> Motion:
    return plant_feet(motion, legs, camera.at(motion.frame_index)[1], footage, check_in)


def _shares(progress: Progress, actors: tuple[Actor, ...]) -> list[Progress]:
    """One progress function per actor, by the number of observations."""
    return [part(progress, *_span(actor, actors)) for actor in actors]


def _span(actor: Actor, actors: tuple[Actor, ...]) -> tuple[float, float]:
    counts = np.array([0, *(len(each.person.observations.frame_index) for each in actors)])
    edges = np.cumsum(counts) / max(counts.sum(), 1)
    index = next(index for index, each in enumerate(actors) if each.person.id == actor.person.id)
    return float(edges[index]), float(edges[index + 1])


def _check_in(progress: Progress) -> CheckIn:
    """Ask whether to stop, without progress."""
    return lambda: progress(0.0)
