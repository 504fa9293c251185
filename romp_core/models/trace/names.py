"""Which person a track shows: tracks end in shot cuts and long absences, people come back.

A new track is compared by its looks with the people who are not in the picture; who is nobody known becomes a new
person where one is wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...rotations import Array
from ...tracking.appearance import blend, difference
from ...tracking.assignment import unique_pairs
from ...tracking.identities import LOOKS_RETURNED, LOOKS_SHARE, MEMORY_S
from .settings import CLIP, TraceSettings

_CLIP_SHARE = 1 - (1 - LOOKS_SHARE) ** CLIP
"""How much of the looks is learnt anew in a clip."""


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
        self._next = 0

    @property
    def known(self) -> set[int]:
        """Ids of everybody who is remembered."""
        return set(self._people)

    def new_shot(self) -> None:
        """Tracks are counted anew, and everybody may be anywhere."""
        self._of_track.clear()
        for person in self._people.values():
            person.here = False

    def assign(
        self, tracks: Array, seen: Array, depths: Array, scores: Array, looks: Sequence[Array | None], time: float
    ) -> list[int | None]:
        """The people of a clip by track; None for those who are not wanted.

        Args:
            tracks: (n,) ids. seen: (n, T) bool. depths: (n,) metres. scores: (n,) the best of the clip.
            looks: of each, None where they could not be made out. time: of the clip's end, seconds.
        """
        self._people = {id: one for id, one in self._people.items() if time - one.last <= MEMORY_S}
        self._of_track = {track: id for track, id in self._of_track.items() if id in self._people}
        visible = {int(track): row for row, track in enumerate(tracks) if seen[row].any()}
        self._recognise([row for track, row in visible.items() if track not in self._of_track], tracks, seen, looks)
        strangers = [row for track, row in visible.items() if track not in self._of_track]
        alone = len(strangers) == len(visible)
        for row in sorted(strangers, key=lambda row: depths[row]):
            if self._wanted(alone, float(scores[row]), set(visible), time):
                self._of_track[int(tracks[row])] = self._next
                self._people[self._next] = _Person(looks[row], time)
                self._next += 1
        for track, row in visible.items():
            if (id := self._of_track.get(track)) is not None:
                self._learn(self._people[id], looks[row], time)
        return [self._of_track.get(int(track)) for track in tracks]

    def _recognise(self, rows: list[int], tracks: Array, seen: Array, looks: Sequence[Array | None]) -> None:
        """Tracks of people who were away, or whose old track only waits for them."""
        row_of = {int(track): row for row, track in enumerate(tracks)}
        holders = {id: row_of[track] for track, id in self._of_track.items() if track in row_of}
        people = list(self._people)
        costs = np.full((len(people), len(rows)), np.inf)
        for i, id in enumerate(people):
            for j, row in enumerate(rows):
                known, now = self._people[id].looks, looks[row]
                both = id in holders and (seen[holders[id]] & seen[row]).any()
                if known is not None and now is not None and not both:
                    costs[i, j] = difference(known, now)
        for i, j in unique_pairs(costs, LOOKS_RETURNED):
            self._of_track = {track: id for track, id in self._of_track.items() if id != people[i]}
            self._of_track[int(tracks[rows[j]])] = people[i]

    def _wanted(self, alone: bool, score: float, visible: set[int], time: float) -> bool:
        """Whether somebody unknown is; beside others only if there is a place, or else very sure."""
        if not self._settings.subjects:
            return alone or score > self._settings.new_threshold
        shown = {id for track, id in self._of_track.items() if track in visible}
        waiting = {id for id, one in self._people.items() if one.here and time - one.last <= self._settings.forget}
        return len(shown | waiting) < self._settings.subjects

    @staticmethod
    def _learn(person: _Person, looks: Array | None, time: float) -> None:
        person.last, person.here = time, True
        if looks is not None:
            person.looks = looks if person.looks is None else blend(person.looks, looks, _CLIP_SHARE)
