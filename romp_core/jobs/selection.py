"""Which people of the footage are captured: selected by their position in the first frame with people, and new ones.

Estimators follow everybody and tell people apart; who is not selected is left out of what they give. People are looked
at in the order in which estimators give them out, so those whom an estimator found later and tracked back to the first
frame count as visible in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np

from ..errors import SettingsError
from ..take.observations import People
from ..take.settings import CaptureSettings, read_positions, write_positions
from ..take.take import FootageInfo
from ..typing import Array

REACH = 0.6
"""In body sizes: a position further from the center of a person does not select that person."""


def in_effect(settings: CaptureSettings) -> CaptureSettings:
    """Settings without those that do not count: selected people are taken however many stand nearer."""
    return replace(settings, people=0) if settings.selection else settings


def most_to_follow(settings: CaptureSettings) -> int:
    """How many people an estimator must follow, 0 for all: a new person may be nearer than a selected one."""
    return in_effect(settings).people if settings.new_people else 0


def boxes(people: People, footage: FootageInfo) -> Array:
    """(P, 4) left, top, right, bottom of each person's keypoints in pixels, as far as they are in the image."""
    points = np.clip(people.keypoints2d, 0, (footage.width, footage.height))
    return np.concatenate([points.min(axis=1), points.max(axis=1)], axis=1)


def centers(people: People, footage: FootageInfo) -> Array:
    """(P, 2) the center of each person's box, in fractions of the image's width and height."""
    around = boxes(people, footage)
    return (around[:, :2] + around[:, 2:]) / 2 / (footage.width, footage.height)


def select(stream: Iterator[People], settings: CaptureSettings, footage: FootageInfo) -> Iterator[People]:
    """The selected people of a stream in which everybody is followed.

    They are those at `settings.selection` in the first frame with people; without a selection, all that are visible
    there, or the `settings.people` nearest of them. They are kept by their ids, so they may leave and return. Others
    who are visible there are left out everywhere; who appears later is kept with `settings.new_people`.

    Raises:
        SettingsError: nobody is at one of the selected positions.
    """
    if settings.new_people and not settings.selection:
        yield from stream
        return
    selected: set[int] = set()
    visible_first: set[int] = set()
    with closing(stream):  # type: ignore[type-var]
        for people in stream:
            if not visible_first and len(people):
                positions = read_positions(settings.selection)
                rows = _at(positions, people, footage) if positions else _nearest(people, settings.people, footage)
                visible_first, selected = _ids(people), _ids(people.only(np.array(rows)))
            others = [id for id in _ids(people) if id not in visible_first] if settings.new_people else []
            kept = np.isin(np.asarray(people.ids), [*selected, *others])
            yield people if kept.all() else people.only(np.flatnonzero(kept))


def _ids(people: People) -> set[int]:
    return set(np.asarray(people.ids).tolist())


def _at(positions: list[tuple[float, float]], people: People, footage: FootageInfo) -> list[int]:
    """The row of the person at each of these positions, everybody at most once."""
    from ..tracking.assignment import unique_pairs  # a library is loaded for this alone

    around = boxes(people, footage)
    sizes = np.maximum((around[:, 2:] - around[:, :2]).max(axis=1), 1.0)
    apart = (np.array(positions)[:, None] - centers(people, footage)) * (footage.width, footage.height)
    pairs = dict(unique_pairs(np.linalg.norm(apart, axis=2) / sizes, REACH))
    for index, position in enumerate(positions):
        if index not in pairs:
            raise SettingsError(
                f"Nobody is at the selected position {write_positions([position])} in the first frame with people.",
                "Select the people again, with this model and start.",
            )
    return list(pairs.values())


def _nearest(people: People, most: int, footage: FootageInfo) -> list[int]:
    """Rows of at most this many people, the largest ones; 0 for all."""
    around = boxes(people, footage)
    ranked = np.argsort(around[:, 1] - around[:, 3], kind="stable")
    return ranked[: most or None].tolist()
