"""The stages of the solve, in order: each is a pure function of the scene before it and the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from ..bodies.build import WEIGHT, built_skeleton
from ..take.edits import FloorEdit
from ..take.edits.contacts import decided_contacts, decided_levels, with_contacts
from ..take.settings import SolveSettings
from ..take.settings.scale import ScaleSettings
from ..take.take import Motion
from ..typing import Array
from .body_smoothing import smoothed, smoothed_motion
from .builds.likeliest_build import likeliest_build
from .builds.segment_lengths import measured_lengths
from .builds.silhouette import likeliest_weight
from .cleanup.gaps_stage import without_gaps
from .cleanup.posed import with_poses
from .cleanup.visibility import joint_visibility
from .contacts.above_floor import above_floor
from .contacts.legs import CheckIn, leg_tracks
from .contacts.levels import Levels
from .contacts.planting import Decided
from .face.joining import join_face
from .face.stage import with_face
from .hands.joining import join_hands
from .hands.stage import with_hands
from .heights import body_heights, relative_sizes, scale_of
from .motion_transforms import into_world, moved, scaled, turned_camera
from .person_fit import Progress, fit_actor, motion_of, part, refit_actor, started_from
from .refinement import check_in_of, planted, refined
from .scene import Actor, Scene
from .segments import hold_in_gaps
from .world.camera_choice import chosen_camera
from .world.common_floor import OnFloor, onto_common_floor
from .world.decided_floor import decided_floor, point_below
from .world.floor_and_sizes import find_ground
from .world.focal_length import find_focal_length
from .world.given_camera import first_rotation, given_path, onto_given
from .world.leveling import camera_rotation
from .world.standing import standing_evidence

_SEEN = 0.5
"""Visibility of a foot from which on it is seen well enough to tell whether its heel is lifted."""
_STEADY = 1.6
"""Smoothing of a body model's motion in which contacts are found."""


def _nothing(scene: Scene, settings: SolveSettings) -> None:
    return None


@dataclass(frozen=True)
class Stage:
    """One step of the solve.

    Attributes:
        settings: the part of the settings that the stage depends on.
        share: of the time that a first solve takes.
        kept: whether its result is worth caching: later stages can start from it.
        decided: what of the user's edits it depends on.
    """

    name: str
    run: Callable[[Scene, SolveSettings, Progress], Scene]
    settings: Callable[[SolveSettings], Any]
    share: float
    kept: bool = False
    decided: Callable[[Scene, SolveSettings], Any] = _nothing


def fit(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Every person in camera space, each by itself. People with an earlier motion keep it until they are refined."""
    actors = [
        fit_actor(actor, scene.pinhole, share) if actor.motion is None else started_from(actor, actor.motion)
        for actor, share in zip(scene.actors, _shares(progress, scene.actors), strict=True)
    ]
    return replace(scene, actors=tuple(actors))


def camera(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """The camera's path in the space of the first frame's camera."""
    given = scene.edits.camera
    if given is not None:
        path, floor_up = given_path(given, _unit(scene, settings))
        return replace(scene, path=path, floor_up=floor_up)
    path, up = chosen_camera(scene, settings.camera.camera)
    return replace(scene, path=path, floor_up=up)


def build(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """How people are built, by their landmarks and heights; and the fit in detail with their own skeletons."""
    measured = settings.build.measured_build
    builds = _builds(scene, settings.scale, check_in_of(progress)) if measured else [None for _ in scene.actors]
    actors = []
    for actor, found, share in zip(scene.actors, builds, _shares(progress, scene.actors), strict=True):
        if actor.build is not None:
            own = np.zeros_like(actor.build) if found is None else found
            actor = replace(actor, build=own, rest=built_skeleton(own, actor.stature))
        if actor.motion is None and not actor.person.observations.has_rotations:
            actor = refit_actor(actor, scene.pinhole, share, motion_of(actor, actor.fitted))
        actors.append(_weighed(actor, scene) if found is not None else actor)
    return replace(scene, actors=tuple(actors))


def _weighed(actor: Actor, scene: Scene) -> Actor:
    """The actor as heavy as it looks, whose bones are hardly those of another weight."""
    assert actor.build is not None
    own = actor.build.copy()
    own[WEIGHT] = likeliest_weight(actor.person.observations, motion_of(actor, actor.fitted), scene.pinhole)
    return replace(actor, build=own, rest=built_skeleton(own, actor.stature))


def _builds(scene: Scene, scale: ScaleSettings, check_in: CheckIn) -> list[Array | None]:
    """The likeliest build of each person; None where it cannot be measured.

    Args:
        scale: the user's height for people without one of their own.
    """
    motions = [_steady(actor) for actor in scene.actors]
    started = tuple(replace(actor, motion=motion) for actor, motion in zip(scene.actors, motions, strict=True))
    sized = _grounded(replace(scene, actors=started, fov_known=True), check_in)
    unit = scale_of(_heights(scene, scale))
    return [
        None
        if actor.build is None
        else likeliest_build(
            measured_lengths(actor.person.observations, motion, scene.pinhole),
            actor.stature * found.size * unit,
            actor.stature,
        )
        for actor, motion, found in zip(scene.actors, motions, sized.actors, strict=True)
    ]


def refine(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """The ground and how large people are; contacts, and what standing feet tell about the pose.

    By the evidence alone: no setting of the world changes the fit.
    """
    assert scene.path is not None
    check_in = check_in_of(progress)
    scene = _grounded(
        replace(scene, actors=tuple(replace(each, motion=_steady(each)) for each in scene.actors)), check_in
    )
    world = level(scene, SolveSettings(), progress)
    on_floor = _on_floor(world, check_in)
    return replace(
        scene,
        actors=tuple(
            refined(actor, on_floor, index, scene, part(progress, *_span(actor, scene.actors)))
            for index, actor in enumerate(scene.actors)
        ),
    )


def _grounded(scene: Scene, check_in: CheckIn) -> Scene:
    """The scene with its ground and the sizes of its people, by their motions in camera space."""
    assert scene.path is not None
    actors = scene.actors
    moves = len(scene.path.rotation) > 1  # then sizes are those of the model that knows how
    known = [moves or each.person.height is not None or each.person.observations.is_metric for each in actors]
    motions, visibilities = [actor.solved_motion for actor in actors], [actor.visibility for actor in actors]
    evidence = standing_evidence(motions, visibilities, known, scene.path, scene.footage, check_in)
    actors = tuple(replace(actor, contacts=each) for actor, each in zip(actors, evidence.contacts, strict=True))
    if evidence.straight is None:
        return replace(scene, actors=actors)
    ground = find_ground(evidence.straight, evidence.people)
    if scene.floor_up is not None:
        ground = replace(ground, up=scene.floor_up)
    lens = None if scene.fov_known or moves else find_focal_length(evidence.straight, evidence.people)
    sizes = relative_sizes([actor.stature for actor in actors], ground.sizes, ground.errors, any(known))
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


def hands(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Fingers and wrists in camera space, of people whose hands were captured."""
    shares = _shares(progress, scene.actors)
    return replace(scene, actors=tuple(with_hands(*each, scene) for each in zip(scene.actors, shares, strict=True)))


def face(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Expressions, and the heads' rotation in camera space, of people whose faces were captured."""
    shares = _shares(progress, scene.actors)
    pairs = zip(scene.actors, shares, strict=True)
    return replace(scene, actors=tuple(with_face(*each, scene, settings.face) for each in pairs))


def smooth(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Motions in camera space, smoothed over time, with hands and faces, which are smooth already."""
    motions = []
    for actor in scene.actors:
        motion = smoothed_motion(actor, scene, settings.smoothing, settings.parts)
        motions.append(join_face(join_hands(motion, actor.hands, scene.footage), actor.face))
    return _with_motions(scene, motions)


def level(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Camera and motions in a world with z up, people in their sizes: that moves nobody in the image."""
    assert scene.path is not None
    up = scene.ground.up if settings.level.level and scene.ground is not None else None
    given = scene.edits.camera
    rotation = camera_rotation(up, settings.level) if given is None else first_rotation(given)
    camera = turned_camera(scene.path, rotation)
    actors = tuple(
        replace(actor, motion=into_world(scaled(actor.solved_motion, actor.size), camera)) for actor in scene.actors
    )
    return replace(scene, camera=camera, actors=actors)


def floor(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Everybody on one floor at height zero."""
    on_floor = _on_floor(scene, check_in_of(progress))
    return _with_motions(replace(scene, camera=on_floor.camera), on_floor.motions)


def gaps(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """What is not seen: filled in, interpolated, held, or hidden, as set, or decided for the gap.

    Feet stand there as far as what is filled in says.
    """
    chosen, longest, actors = settings.gaps.gaps, max(settings.gaps.infill_gap, settings.fit.max_gap), []
    for actor in scene.actors:
        others = [each.person.observations for each in scene.actors if each is not actor]
        visible = joint_visibility(actor.person.observations, others, actor.frame_index, scene.footage)
        motion = replace(actor.solved_motion, contacts=actor.contacts)
        own = [(each.second, each.decision) for each in scene.edits.gaps if each.person == actor.person.id]
        motion = without_gaps(motion, visible, scene.footage, chosen, longest, check_in_of(progress), own)
        actors.append(replace(actor, motion=motion, contacts=motion.contacts))
    return replace(scene, actors=tuple(actors))


def own_floor(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """The floor where the user decided that it is: everybody and the camera in the world that has it at height zero."""
    assert scene.camera is not None
    edit, times = scene.edits.floor, scene.footage.times
    if edit == FloorEdit():
        return scene
    known = {each.person.id: replace(each.solved_motion, contacts=each.contacts) for each in scene.actors}
    found = [
        point_below(known[each.person], each.foot, each.second, times) for each in edit.feet if each.person in known
    ]
    points = [each for each in found if each is not None]
    floor = decided_floor(edit, np.reshape(points, (-1, 3)), _unit(scene, settings))
    scene = replace(scene, camera=floor.camera(scene.camera), level=floor.level)
    return _with_motions(scene, [floor.motion(actor.solved_motion) for actor in scene.actors])


def contacts(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Which feet stand: as found in the refinement, unless switched off; and as the user decided, in any case."""
    on, times = settings.contacts.contacts, scene.footage.times
    found = [replace(actor.solved_motion, contacts=actor.contacts & on) for actor in scene.actors]
    pairs = zip(scene.actors, found, strict=True)
    return _with_motions(scene, [with_contacts(motion, scene.contacts_of(actor), times) for actor, motion in pairs])


def plant(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Standing feet held still on the floor, or at the height that the user gave them."""
    assert scene.camera is not None
    check_in = check_in_of(progress)
    held = []
    for actor in scene.actors:
        motion, by_user, levels = actor.solved_motion, _decided(scene, actor), _levels(scene, actor, settings)
        if motion.contacts.any():
            legs = leg_tracks(motion, check_in)
            motion = planted(motion, legs, scene.camera, scene.footage, check_in, by_user, levels)
        held.append(motion)
    return _with_motions(scene, held)


def ground(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Nothing of anybody below the floor."""
    if not settings.contacts.above_floor:
        return scene
    check_in, motions = check_in_of(progress), []
    for actor in scene.actors:
        levels = _levels(scene, actor, settings)
        motions.append(above_floor(actor.solved_motion, scene.footage, check_in, levels))
    return _with_motions(scene, motions)


def cleanup(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Gaps hold the last pose before them."""
    return _with_motions(scene, [hold_in_gaps(actor.solved_motion) for actor in scene.actors])


def scale(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """World and people in the user's meters, and where the user's camera is, if there is one."""
    assert scene.camera is not None
    unit = _unit(scene, settings)
    camera = replace(scene.camera, position=scene.camera.position * unit)
    motions = [scaled(actor.solved_motion, unit) for actor in scene.actors]
    if scene.edits.camera is not None:
        camera, offset = onto_given(scene.edits.camera, camera)
        motions = [moved(motion, offset) for motion in motions]
    return _with_motions(replace(scene, camera=camera), motions)


def poses(scene: Scene, settings: SolveSettings, progress: Progress) -> Scene:
    """Poses that the user put right, last of all: nothing that is found automatically takes them back."""
    motions = []
    for actor in scene.actors:
        own = [each for each in scene.edits.poses if each.person == actor.person.id]
        motions.append(with_poses(actor.solved_motion, own, scene.footage))
    return _with_motions(scene, motions)


def _fit_settings(settings: SolveSettings) -> Any:
    """Which gaps are bridged depends on whether they are infilled later."""
    return settings.fit, settings.gaps.gaps == "infill"


def _build_settings(settings: SolveSettings) -> Any:
    """The height says how people of that height are usually built."""
    return settings.scale.height if settings.build.measured_build else None


def _gap_settings(settings: SolveSettings) -> Any:
    return settings.gaps, settings.fit.max_gap


def _unit(scene: Scene, settings: SolveSettings) -> float:
    """Meters of the user per meter of the solve."""
    return scale_of(_heights(scene, settings.scale))


def _gap_decisions(scene: Scene, settings: SolveSettings) -> Any:
    return scene.edits.gaps


def _floor_decisions(scene: Scene, settings: SolveSettings) -> Any:
    edit = scene.edits.floor
    return edit, _unit(scene, settings) if edit.height else None


def _contact_decisions(scene: Scene, settings: SolveSettings) -> Any:
    edits = scene.edits.contacts
    return edits, _unit(scene, settings) if any(each.level is not None for each in edits) else None


def _camera_decisions(scene: Scene, settings: SolveSettings) -> Any:
    edit = scene.edits.camera
    return edit, _unit(scene, settings) if edit is not None and len(edit.positions) > 1 else None


def _pose_decisions(scene: Scene, settings: SolveSettings) -> Any:
    return scene.edits.poses


def _no_settings(settings: SolveSettings) -> None:
    return None


STAGES: Final = (
    Stage("fit", fit, _fit_settings, 0.4),
    Stage("camera", camera, lambda settings: settings.camera, 0.01, kept=True, decided=_camera_decisions),
    Stage("build", build, _build_settings, 0.2),
    Stage("refine", refine, _no_settings, 0.33, kept=True),
    Stage("hands", hands, _no_settings, 0.1, kept=True, decided=lambda scene, settings: scene.edits.relaxed),
    Stage("face", face, lambda settings: settings.face, 0.01, kept=True),
    Stage("smooth", smooth, lambda settings: (settings.smoothing, settings.parts), 0.02, kept=True),
    Stage("level", level, lambda settings: settings.level, 0.005),
    Stage("floor", floor, _no_settings, 0.01),
    Stage("gaps", gaps, _gap_settings, 0.02, kept=True, decided=_gap_decisions),
    Stage("own_floor", own_floor, _no_settings, 0.0, kept=True, decided=_floor_decisions),
    Stage("contacts", contacts, lambda settings: settings.contacts, 0.0, decided=_contact_decisions),
    Stage("plant", plant, _no_settings, 0.02),
    Stage("ground", ground, lambda settings: settings.contacts, 0.02, kept=True),
    Stage("cleanup", cleanup, _no_settings, 0.0),
    Stage("scale", scale, lambda settings: settings.scale, 0.005, kept=True, decided=_unit),
    Stage("poses", poses, _no_settings, 0.0, decided=_pose_decisions),
)


def _heights(scene: Scene, scale: ScaleSettings) -> list[float]:
    people = [actor.person for actor in scene.actors]
    return body_heights(people, [actor.estimated for actor in scene.actors], scale)


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


def _decided(scene: Scene, actor: Actor) -> Decided | None:
    """What the user decided about the feet of a person; None if nothing."""
    edits = scene.contacts_of(actor)
    if not edits:
        return None
    decided, stands = decided_contacts(actor.solved_motion, edits, scene.footage.times)
    return Decided(decided & stands, actor.visibility.visible < _SEEN)


def _levels(scene: Scene, actor: Actor, settings: SolveSettings) -> Levels | None:
    """The heights of what the feet of a person stand on; None where the user decided on none."""
    edits = scene.contacts_of(actor)
    own = decided_levels(actor.solved_motion, edits, scene.footage.times) / _unit(scene, settings)
    return None if np.isnan(own).all() and not scene.level else Levels(own, scene.level)


def _shares(progress: Progress, actors: tuple[Actor, ...]) -> list[Progress]:
    """One progress function per actor, by the number of observations."""
    return [part(progress, *_span(actor, actors)) for actor in actors]


def _span(actor: Actor, actors: tuple[Actor, ...]) -> tuple[float, float]:
    counts = np.array([0, *(len(each.person.observations.frame_index) for each in actors)])
    edges = np.cumsum(counts) / max(counts.sum(), 1)
    index = next(index for index, each in enumerate(actors) if each.person.id == actor.person.id)
    return float(edges[index]), float(edges[index + 1])
