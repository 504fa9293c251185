"""Hands and faces added to a take afterwards, from its footage. The model that found the people does not run again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import TakeError
from ..models import parts as close_ups
from ..solve import SolveCache
from ..take.keypoints import LAYOUTS, Layout
from ..take.observations import People
from ..take.settings import CaptureSettings
from ..take.take import Person, Take
from ..typing import Array
from .footage_again import frames_again
from .listener import Listener
from .progress import Clock
from .solve import solve_take


def add_parts(
    take: Take,
    out: str | Path,
    parts: str,
    listener: Listener,
    cancelled: Callable[[], bool] = lambda: False,
    footage: str = "",
    cache: SolveCache | None = None,
) -> Take:
    """Find hands or faces of the people of a take, solve it again, and save it.

    Args:
        parts: as in `CaptureSettings`; what the take has besides is kept.
        footage: where the footage is now; the take's own path when left out.
        cache: see `solve_take`.

    Raises:
        TakeError: its people are not known well enough, or the file cannot be written.
        FootageError: the footage cannot be read, or is another one.
        Cancelled: the take on disk is left as it was.
    """
    asked = CaptureSettings(parts=parts)
    readers = close_ups.open_parts(asked, _layout(take, asked))
    info, columns = take.footage, _Columns(take.people)
    clock = Clock("capture", len(info.times), listener)
    frames = frames_again(take, footage, lambda: listener.started(info, "", "", len(info.times), ""), cancelled)
    with closing(frames):
        for row, frame in frames:
            columns.keep(row, close_ups.add_parts(columns.people(row, row in info.cuts), frame, readers))
            clock.tick(row + 1)
    provenance = replace(take.provenance, weights={**take.provenance.weights, **close_ups.part_weights(asked)})
    capture = replace(take.capture, parts=asked.parts_and(take.capture))
    return solve_take(
        replace(take, people=columns.filled(), capture=capture, provenance=provenance), out, listener, cancelled, cache
    )


def _layout(take: Take, asked: CaptureSettings) -> Layout:
    """The keypoints of the people. Raises TakeError when the parts cannot be found by them."""
    counts = {person.observations.keypoints2d.shape[1] for person in take.people}
    if len(counts) > 1:
        raise TakeError(
            "Hands and faces cannot be added to this take, since only some of its people were refined.",
            "Add them to the take that they are from, and refine it then.",
        )
    layouts = [layout for layout in LAYOUTS.values() if counts == {len(layout)}]
    if not layouts or not take.has_poses:
        raise TakeError(
            "Hands and faces cannot be added to this take, since it has no poses.",
            "Capture the footage with a model that estimates poses.",
        )
    if asked.with_face and "left_eye" not in layouts[0].names:
        raise TakeError(
            "Faces cannot be added to this take, since its model does not say where eyes and mouth are.",
            "Add hands alone, or capture the footage with the built-in model.",
        )
    return layouts[0]


class _Columns:
    """The people of a take frame by frame, and what is added to them."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = people
        self._added: list[dict[str, Array]] = [{} for _ in people]

    def people(self, row: int, cut: bool) -> People:
        """Those who were seen in a frame."""
        seen = [
            (person.id, person.observations, int(at))
            for person in self._people
            if (at := np.searchsorted(person.observations.frame_index, row)) < len(person.observations.frame_index)
            and person.observations.frame_index[at] == row
        ]
        if not seen:
            return People.empty(self._people[0].observations.keypoints2d.shape[1], cut)
        ids = np.array([id for id, _, _ in seen], np.int32)
        confidence, points, visibility = (
            np.stack([getattr(each, name)[at] for _, each, at in seen])
            for name in ("confidence", "keypoints2d", "visibility")
        )
        return People(confidence, points, visibility, ids=ids, cut=cut)

    def keep(self, row: int, people: People) -> None:
        """Take in what was added to the people of a frame."""
        names = [name for name in vars(people) if name.startswith(("hand_", "face_"))]
        arrays = {name: values for name in names if (values := getattr(people, name)) is not None}
        for index, id in enumerate(np.asarray(people.ids).tolist()):
            which = next(number for number, person in enumerate(self._people) if person.id == id)
            frames = self._people[which].observations.frame_index
            for name, values in arrays.items():
                if name not in self._added[which]:
                    self._added[which][name] = np.zeros((len(frames), *values.shape[1:]), np.float32)
                self._added[which][name][np.searchsorted(frames, row)] = values[index]

    def filled(self) -> tuple[Person, ...]:
        """The people with all of it."""
        found: list[Person] = []
        for person, added in zip(self._people, self._added, strict=True):
            arrays: dict[str, Any] = added
            found.append(replace(person, observations=replace(person.observations, **arrays)))
        return tuple(found)
