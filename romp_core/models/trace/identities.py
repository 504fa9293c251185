"""Which person a track shows: tracks end in shot cuts and long absences, people come back.

A track that is new, or goes on somewhere after nobody was seen there, is compared by its looks with the people who are
not in the picture; who is nobody known becomes a new person where one is wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...tracking.appearance import blend, difference
from ...tracking.assignment import unique_pairs
from ...tracking.image_tracker import LOOKS_RETURNED, LOOKS_SHARE, LOOKS_TRACKED, MEMORY_S
from ...typing import Array
from .policy import CLIP, TraceSettings

NOBODY = -1
_CLIP_SHARE = 1 - (1 - LOOKS_SHARE) ** CLIP
"""How much of the looks is learnt anew in a clip."""


@dataclass(frozen=True)
class Appearances:
    """The n tracks of a clip.

    Attributes:
        tracks: (n,) ids. seen: (n, T) bool. depths: (n,) meters. scores: (n,) the best of the clip.
        looks: of each since the last frame in which it was missed; None where they could not be made out.
    """

    tracks: Array
    seen: Array
    depths: Array
    scores: Array
    looks: Sequence[Array | None]


@dataclass
class _Person:
    looks: Array | None
    last: float
    here: bool = True
    """False after a cut until the person is seen again."""


class Names:
    """Gives tracks the ids of people, from 0."""

    def __init__(self, settings: TraceSettings) -> None:
        self._settings = settings
        self._people: dict[int, _Person] = {}
        self._of_track: dict[int, int] = {}
        self._unbroken: set[int] = set()
        self._next = 0

    @property
    def known(self) -> set[int]:
        """Ids of everybody who is remembered."""
        return set(self._people)

    def new_shot(self) -> None:
        """Tracks are counted anew, and everybody may be anywhere."""
        self._of_track.clear()
        self._unbroken.clear()
        for person in self._people.values():
            person.here = False

    def assign(self, clip: Appearances, time: float) -> Array:
        """The person of each track and frame, (n, T) int32; `NOBODY` where nobody is seen, or nobody who is wanted.

        Args:
            time: of the clip's end, seconds.
        """
        self._people = {id: one for id, one in self._people.items() if time - one.last <= MEMORY_S}
        self._of_track = {track: id for track, id in self._of_track.items() if id in self._people}
        ids = np.full(clip.seen.shape, NOBODY, np.int32)
        runs = latest_runs(clip.seen)
        unknown = {row: run for row, run in enumerate(runs) if run.any() and not self._goes_on(row, run, clip, ids)}
        self._recognize(unknown, clip, ids)
        strangers = [row for row, run in unknown.items() if (ids[row, run] == NOBODY).all()]
        alone = not (ids != NOBODY).any()
        for row in sorted(strangers, key=lambda row: clip.depths[row]):
            if self._wanted(alone, float(clip.scores[row]), ids, time):
                self._people[self._next] = _Person(clip.looks[row], time)
                self._name(row, unknown[row], self._next, clip, ids)
                self._next += 1
        for row, run in enumerate(runs):
            if (id := self._of_track.get(int(clip.tracks[row]))) is not None and run.any():
                self._learn(self._people[id], clip.looks[row], time)
        self._unbroken = set(clip.tracks[clip.seen[:, -1]].tolist())
        return ids

    def _goes_on(self, row: int, run: Array, clip: Appearances, ids: Array) -> bool:
        """Name a track that has a name; False where its latest run shows somebody else, or is of nobody known."""
        track = int(clip.tracks[row])
        id = self._of_track.get(track)
        if id is None:
            run |= clip.seen[row]
            return False
        ids[row, clip.seen[row]] = id
        unbroken = track in self._unbroken and clip.seen[row, : run.argmax()].all()
        known, now = self._people[id].looks, clip.looks[row]
        most = LOOKS_TRACKED if unbroken else LOOKS_RETURNED
        if known is None or now is None or difference(known, now) <= most:
            return True
        ids[row, run] = NOBODY
        del self._of_track[track]
        return False

    def _recognize(self, unknown: dict[int, Array], clip: Appearances, ids: Array) -> None:
        """Name the tracks of people who were away, or whose old track only waits for them."""
        rows, people = list(unknown), list(self._people)
        costs = np.full((len(people), len(rows)), np.inf)
        for i, id in enumerate(people):
            for j, row in enumerate(rows):
                known, now = self._people[id].looks, clip.looks[row]
                if known is not None and now is not None and not (ids[:, unknown[row]] == id).any():
                    costs[i, j] = difference(known, now)
        for i, j in unique_pairs(costs, LOOKS_RETURNED):
            self._of_track = {track: id for track, id in self._of_track.items() if id != people[i]}
            self._name(rows[j], unknown[rows[j]], people[i], clip, ids)

    def _name(self, row: int, run: Array, id: int, clip: Appearances, ids: Array) -> None:
        ids[row, run] = id
        self._of_track[int(clip.tracks[row])] = id

    def _wanted(self, alone: bool, score: float, ids: Array, time: float) -> bool:
        """Whether somebody unknown is; beside others only if there is a place, or else very sure."""
        if not self._settings.subjects:
            return alone or score > self._settings.new_threshold
        shown = set(ids[ids != NOBODY].tolist())
        waiting = {id for id, one in self._people.items() if one.here and time - one.last <= self._settings.forget}
        return len(shown | waiting) < self._settings.subjects

    @staticmethod
    def _learn(person: _Person, looks: Array | None, time: float) -> None:
        person.last, person.here = time, True
        if looks is not None:
            person.looks = looks if person.looks is None else blend(person.looks, looks, _CLIP_SHARE)


def latest_runs(seen: Array) -> Array:
    """The last frames in a row in which each is seen: (n, T) bool -> (n, T) bool."""
    runs = np.zeros_like(seen)
    for row, own in enumerate(seen):
        if own.any():
            last = int(np.flatnonzero(own)[-1])
            missed = np.flatnonzero(~own[:last])
            runs[row, (missed[-1] + 1 if len(missed) else 0) : last + 1] = True
    return runs
