"""How well the joints of a take's people are known, kept as long as the take file stays the same: panels and views ask
at every redraw.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..blender.paths import find_file
from ..blender.timing import frame_at, second_at
from ..takes import take_list
from ..worker import jobs

if TYPE_CHECKING:
    from romp_core.evaluate.weak_spots import WeakSpot
    from romp_core.take.take import FootageInfo
    from romp_core.typing import Array

    from ..takes.properties import ROMP_MOCAP_PG_take


@dataclass(frozen=True)
class Known:
    """A person of a take.

    Attributes:
        footage: of the take. times: (m,) seconds of its motion's rows. confidence: (m, 24). spots: the worst moments.
        hands: (m, 2) of left and right hand; no rows where hands were not captured.
    """

    footage: FootageInfo
    times: Array
    confidence: Array
    spots: list[WeakSpot]
    hands: Array

    def row_at(self, frame: float, scene: bpy.types.Scene) -> int | None:
        """The row of the motion at a frame of the scene; None outside of it."""
        import numpy as np

        second = second_at(frame, self.footage, scene)
        row = int(np.argmin(np.abs(self.times - second)))
        return row if abs(self.times[row] - second) < 0.5 else None

    def joints_at(self, row: int) -> dict[str, float]:
        """Confidence by joint in a row of the motion, those of fingers from their hand."""
        from romp_core.geometry.fingers import FINGERS, SIDES
        from romp_core.geometry.skeleton import JOINTS

        found = dict(zip(JOINTS, self.confidence[row].tolist(), strict=True))
        if len(self.hands):
            found |= {finger: float(self.hands[row, SIDES.index(finger.split("_")[0])]) for finger in FINGERS}
        return found

    def frame_of(self, spot: WeakSpot, scene: bpy.types.Scene) -> int:
        """The frame of the scene that shows a moment."""
        return round(frame_at(float(self.times[spot.row]), self.footage, scene))


_kept: dict[str, tuple[tuple[str, int, int], dict[int, Known]]] = {}


def known(entry: ROMP_MOCAP_PG_take) -> dict[int, Known]:
    """Id -> what is known of each person with a motion; nobody where the file cannot be read.

    While a job runs, which may write the file at any time, what was known before.
    """
    path = find_file(entry.path)
    try:
        facts = os.stat(path)
    except OSError:
        return {}
    state = (path, facts.st_mtime_ns, facts.st_size)
    kept_state, people = _kept.get(entry.take_id, (None, {}))
    if kept_state != state and jobs.current() is None:
        people = _read(entry)
        _kept[entry.take_id] = state, people
    return people


def forget() -> None:
    """Read the files again at the next question."""
    _kept.clear()


def _read(entry: ROMP_MOCAP_PG_take) -> dict[int, Known]:
    from romp_core.errors import TakeError
    from romp_core.evaluate.weak_spots import weak_spots
    from romp_core.storage.take_file import load_take

    try:
        take = load_take(find_file(entry.path))
    except TakeError:
        return {}
    found = {}
    for person in take.characters:
        motion = person.motion
        if motion is not None and len(motion.confidence):
            times = take.footage.times[motion.frame_index]
            spots = weak_spots(motion, times)
            found[person.id] = Known(take.footage, times, motion.confidence, spots, motion.hand_confidence)
    return found


def of_selected(scene: bpy.types.Scene) -> Known | None:
    """What is known of the selected person of the selected take."""
    entry, person = take_list.active_take(scene), take_list.active_person(scene)
    return known(entry).get(person.person_id) if entry is not None and person is not None else None
