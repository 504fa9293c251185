"""The person of each track: tracks end in shot changes and long absences, but people come back.

A track that is new, or continues after a gap, is compared by appearance with the people who are not in the image; if it
is nobody known, it becomes a new person as far as requested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...tracking.appearance import LEARNED_PER_FRAME, MAX_RETURNED, MAX_TRACKED, MEMORY_S, blend, difference
from ...tracking.assignment import unique_pairs
from ...typing import Array
from .constants import CLIP
from .parameters import TraceParameters

NOBODY = -1
_LEARNED_PER_CLIP = 1 - (1 - LEARNED_PER_FRAME) ** CLIP
"""Share of a remembered appearance that is replaced in each clip."""


@dataclass(frozen=True)
class TrackSummary:
    """The n tracks of a clip.

    Attributes:
        tracks: (n,) ids. seen: (n, T) bool. depths: (n,) meters. scores: (n,) the best of the clip.
        appearances: of each since the last frame in which it was missed; None where it could not be measured.
    """

    tracks: Array
    seen: Array
    depths: Array
    scores: Array
    appearances: Sequence[Array | None]


@dataclass
class _Person:
    appearance: Array | None
    last: float
    in_shot: bool = True
    """False after a cut until the person is seen again."""


class AppearanceIdentities:
    """Gives tracks the ids of people, from 0; see `policy.Identities`."""

    def __init__(self, parameters: TraceParameters) -> None:
        self._parameters = parameters
        self._people: dict[int, _Person] = {}
        self._of_track: dict[int, int] = {}
        self._uninterrupted: set[int] = set()
        self._next = 0

    @property
    def known(self) -> set[int]:
        """Ids of everybody who is remembered."""
        return set(self._people)

    def new_shot(self) -> None:
        """Track ids start anew, and everybody may be anywhere."""
        self._of_track.clear()
        self._uninterrupted.clear()
        for person in self._people.values():
            person.in_shot = False

    def assign(self, clip: TrackSummary, time: float) -> Array:
        """The person of each track and frame, (n, T) int32; `NOBODY` where there is none, or more than requested."""
        self._people = {id: one for id, one in self._people.items() if time - one.last <= MEMORY_S}
        self._of_track = {track: id for track, id in self._of_track.items() if id in self._people}
        ids = np.full(clip.seen.shape, NOBODY, np.int32)
        runs = latest_runs(clip.seen)
        unknown = {row: run for row, run in enumerate(runs) if run.any() and not self._continues(row, run, clip, ids)}
        self._recognize(unknown, clip, ids)
        new_people = [row for row, run in unknown.items() if (ids[row, run] == NOBODY).all()]
        nobody_shown = not (ids != NOBODY).any()
        for row in sorted(new_people, key=lambda row: clip.depths[row]):
            if self._may_start(nobody_shown, float(clip.scores[row]), ids, time):
                self._people[self._next] = _Person(clip.appearances[row], time)
                self._link(row, unknown[row], self._next, clip, ids)
                self._next += 1
        for row, run in enumerate(runs):
            if (id := self._of_track.get(int(clip.tracks[row]))) is not None and run.any():
                self._learn(self._people[id], clip.appearances[row], time)
        self._uninterrupted = set(clip.tracks[clip.seen[:, -1]].tolist())
        return ids

    def _continues(self, row: int, run: Array, clip: TrackSummary, ids: Array) -> bool:
        """Give a track of a known person its id; False where its latest run shows somebody else, or nobody known."""
        track = int(clip.tracks[row])
        id = self._of_track.get(track)
        if id is None:
            run |= clip.seen[row]
            return False
        ids[row, clip.seen[row]] = id
        uninterrupted = track in self._uninterrupted and clip.seen[row, : run.argmax()].all()
        known, now = self._people[id].appearance, clip.appearances[row]
        limit = MAX_TRACKED if uninterrupted else MAX_RETURNED
        if known is None or now is None or difference(known, now) <= limit:
            return True
        ids[row, run] = NOBODY
        del self._of_track[track]
        return False

    def _recognize(self, unknown: dict[int, Array], clip: TrackSummary, ids: Array) -> None:
        """Link tracks to people who were away, or whose old track has no detections."""
        rows, people = list(unknown), list(self._people)
        costs = np.full((len(people), len(rows)), np.inf)
        for i, id in enumerate(people):
            for j, row in enumerate(rows):
                known, now = self._people[id].appearance, clip.appearances[row]
                if known is not None and now is not None and not (ids[:, unknown[row]] == id).any():
                    costs[i, j] = difference(known, now)
        for i, j in unique_pairs(costs, MAX_RETURNED):
            self._of_track = {track: id for track, id in self._of_track.items() if id != people[i]}
            self._link(rows[j], unknown[rows[j]], people[i], clip, ids)

    def _link(self, row: int, run: Array, id: int, clip: TrackSummary, ids: Array) -> None:
        ids[row, run] = id
        self._of_track[int(clip.tracks[row])] = id

    def _may_start(self, nobody_shown: bool, score: float, ids: Array, time: float) -> bool:
        """Whether a new person may start: within the requested number, else alone or with high confidence."""
        if not self._parameters.max_people:
            return nobody_shown or score > self._parameters.new_threshold
        shown = set(ids[ids != NOBODY].tolist())
        waiting = {
            id for id, one in self._people.items() if one.in_shot and time - one.last <= self._parameters.keep_missed
        }
        return len(shown | waiting) < self._parameters.max_people

    @staticmethod
    def _learn(person: _Person, appearance: Array | None, time: float) -> None:
        person.last, person.in_shot = time, True
        if appearance is not None:
            person.appearance = (
                appearance if person.appearance is None else blend(person.appearance, appearance, _LEARNED_PER_CLIP)
            )


def latest_runs(seen: Array) -> Array:
    """The last consecutive frames in which each is seen: (n, T) bool -> (n, T) bool."""
    runs = np.zeros_like(seen)
    for row, own in enumerate(seen):
        if own.any():
            last = int(np.flatnonzero(own)[-1])
            missed = np.flatnonzero(~own[:last])
            runs[row, (missed[-1] + 1 if len(missed) else 0) : last + 1] = True
    return runs
