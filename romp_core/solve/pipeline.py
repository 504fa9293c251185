"""Raw take in, solved take out: the stages in order, each from a cache where nothing it depends on has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..bodies.embedded import load_body
from ..geometry.projection import Pinhole, focal_from_fov
from ..take.estimates import Estimates, FovEstimate, HeightEstimate
from ..take.observations import Observations
from ..take.settings import SolveSettings, check
from ..take.solve_digest import digest_of
from ..take.take import FootageInfo, Person, Take, fov_source, take_fov
from ..typing import Array
from .contacts.foot_visibility import foot_visibility
from .heights import body_heights, estimated_skeleton, scale_of, stature
from .person_fit import Progress, motion_of, part
from .scene import Actor, Scene
from .segments import Segment, segments
from .stages import STAGES
from .world.focal_length import FocalLength

_NEAR = 1.8
"""Ratio of focal lengths beyond which an earlier fit is too far away to start from: 50 degrees to 80."""


@dataclass(frozen=True)
class _Inputs:
    """What a fit depends on besides the settings.

    Attributes:
        observations: of each person, compared by identity; relative_heights: their heights when solved.
    """

    observations: tuple[Observations, ...]
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
            and (self.trim, self.ids, self.relative_heights) == (other.trim, other.ids, other.relative_heights)
        )


class SolveCache:
    """Results of the stages of one take, so that a late setting runs late stages only.

    Holds the scenes of the stages that are worth it; another take replaces what was there.
    """

    def __init__(self) -> None:
        self.inputs: _Inputs | None = None
        self._scenes: dict[str, tuple[Any, Scene]] = {}
        self._estimated: tuple[_Inputs, FocalLength] | None = None

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
        rest_joints: rest skeleton (24, 3) meters for a body height in meters; the embedded body's when left out.
        cache: results of earlier solves; stages whose settings have not changed are not run again. None keeps nothing.

    Returns:
        the take with camera and a motion per person. Removed people, and people of whom nothing usable was seen, have
        none.
    """
    settings = check(take.solve)
    people = {person.id: person for person in take.edited_people}
    skeleton = rest_joints or load_body().rest_joints
    tell = _Monotonic(progress)
    fov, source = take_fov(take), fov_source(take)
    scene, assumed = _initial(take, tuple(people.values()), skeleton, fov)
    lens = cache.estimated(assumed) if cache is not None and source == "assumed" else None
    earlier = None
    if lens is None:
        scene = replace(scene, fov_known=source != "assumed")
        scene = earlier = _run(_warm(scene, assumed, cache), settings, people, cache, tell)
        lens = scene.focal_length
    if lens is not None and lens.confident:
        source = "estimated"
        scene, inputs = _initial(take, tuple(people.values()), skeleton, lens.of(fov, take.footage.width))
        scene = _run(_warm(scene, inputs, cache, earlier), settings, people, cache, tell)
        if cache is not None:
            cache.remember(assumed, lens)
    tell(1.0)
    motions = {actor.person.id: actor.solved_motion for actor in scene.actors}
    solved = tuple(replace(person, motion=motions.get(person.id)) for person in take.people)
    fov_estimate = FovEstimate(source, lens.error if lens else None)
    heights = {actor.person.id: _height_estimate(actor) for actor in scene.actors}
    estimates = Estimates(fov_estimate, heights)
    return replace(take, people=solved, camera=scene.camera, estimates=estimates, solved_for=digest_of(take))


def _warm(scene: Scene, inputs: _Inputs, cache: SolveCache | None, earlier: Scene | None = None) -> Scene:
    """The scene with an earlier solution to start from, if the cache or the caller has one."""
    kept = cache.begin(inputs) if cache is not None else None
    earlier = earlier or kept
    return scene if earlier is None else _from_earlier(scene, earlier)


def _height_estimate(actor: Actor) -> HeightEstimate:
    meters = float(stature(actor.solved_motion.rest_joints))
    if actor.person.height is not None:
        return HeightEstimate(meters, "user")
    if actor.size_error is None:
        return HeightEstimate(meters, "set")
    return HeightEstimate(meters, "estimated", actor.size_error)


def _run(
    scene: Scene, settings: SolveSettings, people: dict[int, Person], cache: SolveCache | None, tell: Progress
) -> Scene:
    """All stages, from the latest one on whose result is known."""
    keys: list[Any] = []
    for stage in STAGES:
        keys.append((*(keys[-1] if keys else ()), stage.settings(settings)))
    first = 0
    known = cache.latest(keys) if cache is not None else None
    if known is not None:
        first, found = known
        # names and heights of people may have changed since
        scene = replace(found, actors=tuple(replace(each, person=people[each.person.id]) for each in found.actors))
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
    take: Take, people: tuple[Person, ...], skeleton: Callable[[float], Array], fov: float
) -> tuple[Scene, _Inputs]:
    """People cut into segments, with the skeletons to solve them with, before any stage."""
    footage, settings = take.footage, take.solve
    pinhole = Pinhole(focal_from_fov(fov, footage.width), np.array([footage.width, footage.height]) / 2)
    known = [person for person in people if person.observations.has_pose]
    seen = [(person, tuple(segments(person.observations, footage, settings.fit.max_gap))) for person in known]
    seen = [(person, parts) for person, parts in seen if parts]
    estimated = [estimated_skeleton(person.observations) for person, _ in seen]
    heights = body_heights([person for person, _ in seen], estimated, settings.scale.height)
    unit = scale_of(heights)
    relative = [round(height / unit, 9) for height in heights]
    actors = tuple(
        _actor(person, parts, rest, skeleton(height) if rest is None else rest * (height / stature(rest)), footage)
        for (person, parts), rest, height in zip(seen, estimated, relative, strict=True)
    )
    raw = {person.id: person.observations for person in take.people}
    ids = tuple(person.id for person, _ in seen)
    inputs = _Inputs(tuple(raw[id] for id in ids), take.edits.trim, ids, tuple(relative), fov)
    return Scene(footage, fov, pinhole, actors), inputs


def _actor(
    person: Person, parts: tuple[Segment, ...], estimated: Array | None, rest: Array, footage: FootageInfo
) -> Actor:
    frames = np.arange(parts[0].frames[0], parts[-1].frames[-1] + 1, dtype=np.int32)
    return Actor(
        person=person,
        estimated=estimated,
        rest=np.asarray(rest, dtype=np.float64),
        segments=parts,
        visibility=foot_visibility(person.observations, frames, footage),
        contacts=np.zeros((len(frames), 2), bool),
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
            actor = replace(actor, motion=replace(motion, root=root))
        actors.append(actor)
    return replace(scene, actors=tuple(actors))


class _Monotonic:
    """Passes progress on, never backwards; a stage may repeat itself so that it can be stopped."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress or (lambda share: None)
        self._latest = 0.0

    def __call__(self, share: float) -> None:
        self._latest = max(self._latest, share)
        self._progress(self._latest)
