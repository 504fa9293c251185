"""Which people of the footage are wanted: chosen by where they are in the first picture with people, and newcomers.

Estimators follow everybody and tell people apart; what is not wanted is left out of what they give. People are looked
at in the order in which estimators give them out, so those whom an estimator found later and followed back to the
first picture count as visible in it.
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
"""In body sizes: a place further from the middle of a person is not theirs."""


def in_effect(settings: CaptureSettings) -> CaptureSettings:
    """Settings without those that do not count: chosen people are taken however many stand nearer."""
    return replace(settings, people=0) if settings.selection else settings


def most_to_follow(settings: CaptureSettings) -> int:
    """How many people an estimator must follow, 0 for all: a newcomer may be nearer than who is wanted."""
    return in_effect(settings).people if settings.new_people else 0


def boxes(people: People, footage: FootageInfo) -> Array:
    """(P, 4) left, top, right, bottom of each person's keypoints in pixels, as far as they are in the picture."""
    points = np.clip(people.keypoints2d, 0, (footage.width, footage.height))
    return np.concatenate([points.min(axis=1), points.max(axis=1)], axis=1)


def places(people: People, footage: FootageInfo) -> Array:
    """(P, 2) the middle of each person, in shares of the picture's width and height."""
    around = boxes(people, footage)
    return (around[:, :2] + around[:, 2:]) / 2 / (footage.width, footage.height)


def select(stream: Iterator[People], settings: CaptureSettings, footage: FootageInfo) -> Iterator[People]:
    """The wanted people of a stream in which everybody is followed.

    The chosen ones are those at `settings.selection` in the first picture with people; where nobody is chosen, all that
    are visible there, or the `settings.people` nearest of them. They are kept by their ids, so they may leave and
    return. Others who are visible there are left out everywhere; who comes later is kept with `settings.new_people`.

    Raises:
        SettingsError: nobody is at one of the chosen places.
    """
    if settings.new_people and not settings.selection:
        yield from stream
        return
    wanted: set[int] = set()
    visible_first: set[int] = set()
    with closing(stream):  # type: ignore[type-var]
        for people in stream:
            if not visible_first and len(people):
                chosen = _at(read_positions(settings.selection), people, footage) if settings.selection else None
                rows = _nearest(people, settings.people, footage) if chosen is None else chosen
                visible_first, wanted = _ids(people), _ids(people.only(np.array(rows)))
            others = [id for id in _ids(people) if id not in visible_first] if settings.new_people else []
            kept = np.isin(np.asarray(people.ids), [*wanted, *others])
            yield people if kept.all() else people.only(np.flatnonzero(kept))


def _ids(people: People) -> set[int]:
    return set(np.asarray(people.ids).tolist())


def _at(wished: list[tuple[float, float]], people: People, footage: FootageInfo) -> list[int]:
    """The row of the person at each of these places, everybody at most once."""
    from ..tracking.assignment import unique_pairs  # a library is loaded for this alone

    around = boxes(people, footage)
    sizes = np.maximum((around[:, 2:] - around[:, :2]).max(axis=1), 1.0)
    apart = (np.array(wished)[:, None] - places(people, footage)) * (footage.width, footage.height)
    pairs = dict(unique_pairs(np.linalg.norm(apart, axis=2) / sizes, REACH))
    for number, place in enumerate(wished):
        if number not in pairs:
            raise SettingsError(
                f"Nobody is at the chosen place {write_positions([place])} in the first picture with people.",
                "Choose the people again, with this model and start.",
            )
    return list(pairs.values())


def _nearest(people: People, most: int, footage: FootageInfo) -> list[int]:
    """Rows of as many people as wanted, the largest ones; 0 for all."""
    around = boxes(people, footage)
    ranked = np.argsort(around[:, 1] - around[:, 3], kind="stable")
    return ranked[: most or None].tolist()
