"""Who of the people in the frames becomes a person of the take."""

import numpy as np
import pytest

from romp_core.storage.assemble import TakeHead, take_of
from romp_core.take.observations import Frame, People
from romp_core.take.settings import CaptureSettings, SolveSettings
from romp_core.take.take import FootageInfo, Provenance, Take

HEAD = TakeHead(
    "t",
    FootageInfo("clip.mp4", 640, 480, 30.0, np.zeros(0), np.zeros(0)),
    CaptureSettings(),
    SolveSettings(),
    Provenance(),
)
PIXELS = np.zeros((1, 480, 640, 3), np.uint8)[0]


def assembled(seen: dict[int, tuple[range, float]], frames: int = 150) -> Take:
    """The take of people by id, each seen in some frames with keypoints of one visibility."""
    rows = []
    for number in range(frames):
        ids = [id for id, (own, _) in seen.items() if number in own]
        points = np.tile(np.arange(66, dtype=np.float32).reshape(33, 2), (len(ids), 1, 1))
        visibility = np.array([np.full(33, seen[id][1], np.float32) for id in ids], np.float32).reshape(-1, 33)
        people = People(np.ones(len(ids), np.float32), points, visibility, ids=np.array(ids, np.int32))
        rows.append((Frame(number, number / 30, PIXELS), people))
    return take_of(HEAD, rows)


@pytest.mark.parametrize(
    ("frames", "visibility", "kept"),
    [(8, 0.9, False), (12, 0.9, True), (12, 0.3, False), (45, 0.3, True)],
    ids=["for a moment", "briefly and clearly", "briefly, a hand taken for a person", "hardly visible but for long"],
)
def test_somebody_who_is_seen_only_briefly(frames: int, visibility: float, kept: bool) -> None:
    take = assembled({0: (range(150), 0.9), 7: (range(30, 30 + frames), visibility)})
    assert [person.id for person in take.people] == ([0, 7] if kept else [0])


def test_a_still_keeps_everybody() -> None:
    assert len(assembled({0: (range(1), 0.9), 1: (range(1), 0.2)}, frames=1).people) == 2
