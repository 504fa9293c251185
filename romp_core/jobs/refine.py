"""People of a take estimated again by a model that reads the whole clip, for what is hidden in it, into another take.

The first take, with what its model saw, stays as it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..errors import Cancelled, TakeError
from ..geometry.projection import Pinhole, focal_from_fov
from ..models.license import CommercialUse, Evidence, strictest, weakest
from ..models.moro.boxes import tracks
from ..models.moro.card import MORO, OpenedMoro
from ..models.moro.observed import Refined, refined_observations
from ..models.moro.refiner import TrackRefiner
from ..models.registry import default_store
from ..solve import SolveCache
from ..storage.take_file import check_target
from ..take.take import Person, Provenance, Take, take_fov
from ..weights.store import WeightStore
from .footage_again import frames_again
from .listener import Listener
from .progress import Clock
from .solve import solve_take


def refine(
    take: Take,
    out: str | Path,
    listener: Listener,
    cancelled: Callable[[], bool] = lambda: False,
    people: Collection[int] = (),
    footage: str = "",
    store: WeightStore | None = None,
    cache: SolveCache | None = None,
) -> Take:
    """Estimate people of a take again with MoRo, solve the result, and save it as another take.

    Args:
        people: ids of whom to refine; all who are not removed when left out. Whom an edit joins with them is
            refined, too.
        footage: where the footage is now; the take's own path when left out. store: of the files.
        cache: see `solve_take`.

    Raises:
        ModelError: a file is missing, or is another one.
        TakeError: there is no such person, or nobody is seen well enough; the file cannot be written.
        FootageError: the footage cannot be read, or is another one.
        Cancelled: nothing was written.
    """
    store = store or default_store()
    check_target(out)
    who = _chosen(take, people)
    pinhole = _pinhole(take)
    size = take.footage.width, take.footage.height
    found = {
        person.id: tracks(person.observations, take.footage.times, take.footage.cuts, size)
        for person in take.people
        if person.id in who
    }
    if not any(found.values()):
        raise TakeError("Nobody of these people is seen well enough to be refined.", "Choose other people.")
    opened: OpenedMoro = MORO.open(store)
    effort = _Effort(len(take.footage.times), listener, cancelled)
    readers = {
        id: [TrackRefiner(opened.model, each, pinhole, effort.work) for each in own] for id, own in found.items() if own
    }
    every = [reader for own in readers.values() for reader in own]
    effort.total = sum(reader.amount for reader in every)

    def started() -> None:
        listener.started(take.footage, MORO.label, opened.provider, len(take.footage.times), opened.remark)

    with closing(frames_again(take, footage, started, cancelled)) as frames:
        for row, frame in frames:
            for reader in every:
                if reader.track.rows[0] <= row <= reader.track.rows[-1]:
                    reader.see(row, frame.image)
    refined = [_refined(person, readers.get(person.id, ()), pinhole) for person in take.people]
    _check(take, who, refined)
    longest = max(take.footage.width, take.footage.height)
    provenance = _provenance(take.provenance, store, pinhole.focal_px / longest)
    another = replace(take, id=uuid.uuid4().hex, people=tuple(refined), provenance=provenance)
    return solve_take(another, out, listener, cancelled, cache)


class _Effort:
    """How much of the work is done, in frames."""

    def __init__(self, frames: int, listener: Listener, cancelled: Callable[[], bool]) -> None:
        self._clock, self._frames, self._cancelled = Clock("refine", frames, listener), frames, cancelled
        self._done, self.total = 0.0, 1.0

    def work(self, amount: float) -> None:
        """So much more. Raises Cancelled."""
        if self._cancelled():
            raise Cancelled()
        self._done += amount
        self._clock.tick(self._frames * min(self._done / self.total, 1.0))


def _chosen(take: Take, people: Collection[int]) -> set[int]:
    """Ids of the people to refine, and of those who are joined with them by edits: what is joined must be of one kind.

    Raises TakeError where there is no such person.
    """
    there = {person.id for person in take.edited_people}
    if unknown := sorted(set(people) - there):
        known = ", ".join(map(str, sorted(there))) or "none"
        raise TakeError(f"The take has no person {unknown[0]}.", f"There are: {known}.")
    chosen = set(people) or there
    joined = [set(_ids_of(operation)) for operation in take.edits.operations]
    for _ in joined:
        for group in joined:
            chosen |= group if chosen & group else set()
    return chosen & {person.id for person in take.people}


def _ids_of(operation: object) -> Iterable[int]:
    """Everybody an edit names; its other numbers are seconds."""
    return (value for value in vars(operation).values() if isinstance(value, int))


def _check(take: Take, chosen: Collection[int], refined: Iterable[Person]) -> None:
    """Raise TakeError when nobody was refined, or when somebody was not who is joined with others by an edit."""
    kept = {before.id for after, before in zip(refined, take.people, strict=True) if after is before}
    if len(kept) == len(take.people):
        raise TakeError("MoRo found nobody in front of the camera.", "Check the field of view, and solve again.")
    joined = {id for operation in take.edits.operations for id in _ids_of(operation)}
    if stuck := sorted(kept & joined & set(chosen)):
        name = take.person(stuck[0]).name
        raise TakeError(f"{name} is not seen well enough to be refined.", "Undo the edits that join them with others.")


def _pinhole(take: Take) -> Pinhole:
    """The camera as the take was solved, else as it would be."""
    fov = take.camera.fov if take.camera is not None else take_fov(take)
    center = np.array([take.footage.width, take.footage.height]) / 2
    return Pinhole(focal_from_fov(fov, take.footage.width), center)


def _refined(person: Person, readers: Iterable[TrackRefiner], pinhole: Pinhole) -> Person:
    """The person with what was found; as before where that is nothing."""
    found = [Refined(reader.track, reader.poses()) for reader in readers]
    if not found:
        return person
    observations = refined_observations(person.observations, found, pinhole)
    return replace(person, observations=observations) if len(observations.frame_index) else person


def _provenance(before: Provenance, store: WeightStore, focal: float) -> Provenance:
    """Both models; of their licenses the stricter one counts."""
    uses = [MORO.terms.commercial_use, *([CommercialUse(before.commercial_use)] if before.commercial_use else [])]
    known = [MORO.terms.evidence, *([Evidence(before.license_evidence)] if before.license_evidence else [])]
    return Provenance.stamped(
        model="+".join(_with(before.model, MORO.name, "+")),
        model_license="; ".join(_with(before.model_license, MORO.license, "; ")),
        body_license=before.body_license,
        commercial_use=strictest(uses).value,
        license_checked=min(filter(None, (before.license_checked, MORO.terms.checked))),
        license_evidence=weakest(known).value,
        weights={**before.weights, **MORO.weights(store)},
        complete=before.complete,
        remark=before.remark,
        model_focal=focal,
    )


def _with(before: str, own: str, separator: str) -> list[str]:
    """What was there and this, once."""
    return [before, own] if before and not before.endswith(own) else [own] if not before else [before]
