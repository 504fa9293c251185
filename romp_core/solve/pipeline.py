"""Raw take in, solved take out: the stages in order, each from a cache where nothing it depends on has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..bodies.build import SLIDERS, built_skeleton
from ..geometry.projection import Pinhole, focal_from_fov
from ..take.edits import Operation
from ..take.estimates import Estimates, FovEstimate, HeightEstimate
from ..take.observations import Observations
from ..take.settings import SolveSettings, check
from ..take.solve_digest import digest_of
from ..take.take import FootageInfo, Person, Take, fov_source, take_fov
from ..typing import Array
from .background.camera_motion import CameraMotion, CameraMotionCache
from .contacts.foot_visibility import foot_visibility
from .heights import body_heights, estimated_skeleton, height_of, scale_of, stature
from .hiding import hidden_frames
from .landmark_fit.side_swaps import with_sides_apart
from .person_fit import Progress, motion_of, part
from .scene import Actor, Scene
from .segments import Segment, segments
from .stages import STAGES
from .world.camera_choice import camera_finding
from .world.focal_length import FocalLength

_NEAR = 1.8
"""Ratio of focal lengths beyond which an earlier fit is too far away to start from: 50 degrees to 80."""


_DROPOUT_S = 0.1
"""Longest gap that the fit bridges where gaps are infilled."""


@dataclass(frozen=True)
class _Inputs:
    """What a fit depends on besides the settings.

    Attributes:
        observations: of everybody who was captured, compared by identity.
        relative_heights: of those who are solved.
    """

    observations: tuple[Observations, ...]
    operations: tuple[Operation, ...]
    trim: tuple[float, float] | None
    ids: tuple[int, ...]
    relative_heights: tuple[float, ...]
    fov: float

    def same(self, other: _Inputs | None) -> bool:
        """Nothing has changed."""
        return other is not None and self.same_but_fov(other) and self.fov == other.fov

    def same_but_fov(self, other: _Inputs | None) -> bool:
        """Nothing has changed but the field of view, perhaps."""
        return (
            other is not None
            and len(self.observations) == len(other.observations)
            and all(a is b for a, b in zip(self.observations, other.observations, strict=True))
            and (self.operations, self.trim) == (other.operations, other.trim)
            and (self.ids, self.relative_heights) == (other.ids, other.relative_heights)
        )


class SolveCache:
    """Results of the stages of one take, so that a late setting runs late stages only.

    Holds the scenes of the stages that are worth it; another take replaces what was there.
    """

    def __init__(self) -> None:
        self.inputs: _Inputs | None = None
        self._scenes: dict[str, tuple[Any, Scene]] = {}
        self._estimated: tuple[_Inputs, FocalLength] | None = None
        self.camera = CameraMotionCache()

    def estimated(self, inputs: _Inputs) -> FocalLength | None:
        """The focal length that was found the last time the same was solved."""
        return self._estimated[1] if self._estimated is not None and inputs.same(self._estimated[0]) else None

    def remember(self, inputs: _Inputs, estimate: FocalLength) -> None:
        """Keep what was found, so that the next solve starts from it."""
        self._estimated = inputs, estimate

    def begin(self, inputs: _Inputs) -> Scene | None:
        """Make ready for a take; an earlier refined scene to start from, if only the field of view differs."""
        before, self.inputs = self.inputs, inputs
        if inputs.same(before):
            return None
        kept = self._scenes.get("refine") if inputs.same_but_fov(before) else None
        self._scenes = {}
        return kept[1] if kept else None

    def latest(self, keys: Sequence[Any]) -> tuple[int, Scene] | None:
        """Index of the first stage to run, and the scene to run it on; None when that is the first one of all.

        Args:
            keys: of each stage, what its result depends on.
        """
        for index in range(len(STAGES) - 1, -1, -1):
            known, scene = self._scenes.get(STAGES[index].name, (None, None))
            if scene is not None and known == keys[index]:
                return index + 1, scene
        return None

    def keep(self, stage: str, key: Any, scene: Scene) -> None:
        """Remember the result of a stage."""
        self._scenes[stage] = key, scene


def solve(
    take: Take,
    progress: Progress | None = None,
    rest_joints: Callable[[float], Array] | None = None,
    cache: SolveCache | None = None,
) -> Take:
    """Solve every person of a take into one level world.

    Args:
        take: raw or solved; its `solve` settings and `edits` say how.
        progress: called with the share done, 0..1; may raise to stop.
        rest_joints: rest skeleton (24, 3) meters for a body height in meters, whose build is not measured; the embedded
            body's when left out.
        cache: results of earlier solves; stages whose settings have not changed are not run again. None keeps nothing.

    Returns:
        the take with camera and a motion per person. Removed people, and people of whom nothing usable was seen, have
        none.
    """
    settings = check(take.solve)
    people = {person.id: person for person in take.edited_people}
    tell = _Monotonic(progress)
    fov, source = take_fov(take), fov_source(take)
    motions_of_camera = cache.camera if cache is not None else CameraMotionCache()
    tracked = motions_of_camera.motion(take, fov, source in ("user", "footage"))
    turned = tracked is not None and tracked.is_moving and tracked.fov_error is not None
    if tracked is not None and turned:
        fov, source = tracked.fov, "estimated"
    scene, assumed = _initial(take, tuple(people.values()), rest_joints, fov, tracked)
    lens = cache.estimated(assumed) if cache is not None and source == "assumed" else None
    earlier = None
    if lens is None:
        scene = replace(scene, fov_known=source != "assumed")
        scene = earlier = _run(_warm(scene, assumed, cache), settings, people, cache, tell)
        lens = scene.focal_length
    if lens is not None and lens.confident:
        source = "estimated"
        scene, inputs = _initial(take, tuple(people.values()), rest_joints, lens.of(fov, take.footage.width), tracked)
        scene = _run(_warm(scene, inputs, cache, earlier), settings, people, cache, tell)
        if cache is not None:
            cache.remember(assumed, lens)
    tell(1.0)
    motions = {actor.person.id: actor.solved_motion for actor in scene.actors}
    solved = tuple(replace(person, motion=motions.pop(person.id, None)) for person in take.people)
    error = tracked.fov_error if tracked is not None and turned else lens.error if lens else None
    fov_estimate = FovEstimate(source, error)
    keeps = settings.scale.model_scale
    heights = {actor.person.id: _height_estimate(actor, keeps) for actor in scene.actors}
    estimates = Estimates(fov_estimate, heights, camera_finding(scene, settings.camera.camera))
    return replace(
        take,
        people=solved,
        made_motions=motions,
        camera=scene.camera,
        estimates=estimates,
        solved_for=digest_of(take),
    )


def _warm(scene: Scene, inputs: _Inputs, cache: SolveCache | None, earlier: Scene | None = None) -> Scene:
    """The scene with an earlier solution to start from, if the cache or the caller has one."""
    kept = cache.begin(inputs) if cache is not None else None
    earlier = earlier or kept
    return scene if earlier is None else _from_earlier(scene, earlier)


def _height_estimate(actor: Actor, model_scale: bool) -> HeightEstimate:
    meters = height_of(actor.solved_motion)
    if actor.person.height is not None:
        return HeightEstimate(meters, "user")
    if model_scale and actor.person.observations.is_metric:
        return HeightEstimate(meters, "model")
    if actor.size_error is None:
        return HeightEstimate(meters, "set")
    return HeightEstimate(meters, "estimated", actor.size_error)


def _run(
    scene: Scene, settings: SolveSettings, people: dict[int, Person], cache: SolveCache | None, tell: Progress
) -> Scene:
    """All stages, from the latest one on whose result is known."""
    keys: list[Any] = []
    for stage in STAGES:
        keys.append((*(keys[-1] if keys else ()), stage.settings(settings), stage.decided(scene, settings)))
    first = 0
    known = cache.latest(keys) if cache is not None else None
    if known is not None:
        first, found = known
        # names and heights of people may have changed since; their landmarks have been cleared of swapped legs
        cleared = [(each, each.person.observations) for each in found.actors]
        actors = tuple(
            replace(each, person=replace(people[each.person.id], observations=seen)) for each, seen in cleared
        )
        scene = replace(found, actors=actors, edits=scene.edits)
    total = sum(stage.share for stage in STAGES[first:]) or 1.0
    done = 0.0
    for stage, key in zip(STAGES[first:], keys[first:], strict=True):
        low, done = done, done + stage.share / total
        scene = stage.run(scene, settings, part(tell, low, done))
        tell(done)
        if stage.kept and cache is not None:
            cache.keep(stage.name, key, scene)
    return scene


def _initial(
    take: Take,
    people: tuple[Person, ...],
    skeleton: Callable[[float], Array] | None,
    fov: float,
    tracked: CameraMotion | None,
) -> tuple[Scene, _Inputs]:
    """People cut into segments, with the skeletons to solve them with, before any stage."""
    footage, settings = take.footage, take.solve
    pinhole = Pinhole(focal_from_fov(fov, footage.width), np.array([footage.width, footage.height]) / 2)
    known = [person for person in people if person.observations.has_pose]
    known = [replace(each, observations=with_sides_apart(each.observations, footage)) for each in known]
    everybody = {person.id: person.observations for person in take.identified_people}
    in_view = hidden_frames(list(everybody.values()), footage.times)  # who was removed still stands in front of others
    hidden = dict(zip(everybody, in_view, strict=True))
    seen = [(each, _segments(each, footage, settings, hidden[each.id])) for each in known]
    seen = [(person, parts) for person, parts in seen if parts]
    estimated = [estimated_skeleton(person.observations) for person, _ in seen]
    heights = body_heights([person for person, _ in seen], estimated, settings.scale)
    unit = scale_of(heights)
    relative = [round(height / unit, 9) for height in heights]
    actors = tuple(
        _actor(person, _without(person.id, everybody), parts, rest, height, skeleton, footage)
        for (person, parts), rest, height in zip(seen, estimated, relative, strict=True)
    )
    raw, edits = tuple(person.observations for person in take.people), take.edits
    ids = tuple(person.id for person, _ in seen)
    inputs = _Inputs(raw, edits.operations, edits.trim, ids, tuple(relative), fov)
    return Scene(footage, fov, pinhole, actors, edits, tracked=tracked), inputs


def _without(id: int, everybody: Mapping[int, Observations]) -> list[Observations]:
    return [observations for other, observations in everybody.items() if other != id]


def _segments(person: Person, footage: FootageInfo, settings: SolveSettings, hidden: Array) -> tuple[Segment, ...]:
    """The stretches to fit. What is infilled later is not bridged, which would bend what is seen around it; but the fit
    knows best what to believe of somebody behind others."""
    max_gap = settings.fit.max_gap
    if settings.gaps.gaps == "infill" and not hidden.any():
        max_gap = min(max_gap, _DROPOUT_S)
    return tuple(segments(person.observations, footage, max_gap, hidden))


def _actor(
    person: Person,
    others: Sequence[Observations],
    parts: tuple[Segment, ...],
    estimated: Array | None,
    height: float,
    skeleton: Callable[[float], Array] | None,
    footage: FootageInfo,
) -> Actor:
    build = None
    if estimated is not None:
        rest = estimated * (height / stature(estimated))
    elif skeleton is not None:
        rest = skeleton(height)
    else:
        build = np.zeros(len(SLIDERS))
        rest = built_skeleton(build, height)
    frames = np.arange(parts[0].frames[0], parts[-1].frames[-1] + 1, dtype=np.int32)
    return Actor(
        person=person,
        estimated=estimated,
        rest=np.asarray(rest, dtype=np.float64),
        segments=parts,
        visibility=foot_visibility(person.observations, others, frames, footage),
        contacts=np.zeros((len(frames), 2), bool),
        build=build,
    )


def _from_earlier(scene: Scene, earlier: Scene) -> Scene:
    """The scene with the motions of an earlier fit with another field of view to start from.

    The same image of a person means a depth in proportion to the focal length.
    """
    ratio = scene.pinhole.focal_px / earlier.pinhole.focal_px
    if not 1 / _NEAR < ratio < _NEAR:
        return scene
    known = {actor.person.id: actor for actor in earlier.actors}
    actors = []
    for actor in scene.actors:
        before = known.get(actor.person.id)
        if before is not None and not actor.person.observations.has_rotations:
            motion = motion_of(before, before.fitted)
            root = motion.root * np.array([1.0, 1.0, ratio], np.float32)
            motion = replace(motion, root=root)
            actor = replace(actor, motion=motion, rest=before.rest, build=before.build)
        actors.append(actor)
    return replace(scene, actors=tuple(actors))


class _Monotonic:
    """Passes progress on, never backwards; a stage may repeat itself so that it can be stopped."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress or (lambda share: None)
        self._latest = 0.0

    def __call__(self, share: float) -> None:
        self._latest = max(self._latest, min(share, 1.0))  # shares of stages add up to 1 but for rounding
        self._progress(self._latest)
