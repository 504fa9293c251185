"""Hands and faces beside a live capture: the newest frame wins, nothing is mixed up, and nothing is lost."""

import threading

import numpy as np
import pytest

from romp_core.jobs.live.close_ups import CloseUps, carried
from romp_core.take.observations import Frame, People
from romp_core.take.settings import CaptureSettings

PIXELS = np.zeros((1, 4, 4, 3), np.uint8)[0]


def people(*ids: int, **arrays: np.ndarray) -> People:
    none = np.zeros((len(ids), 33), np.float32)
    return People(none[:, 0], np.zeros((len(ids), 33, 2)), none, ids=np.array(ids, np.int32), **arrays)


def frame(number: int) -> Frame:
    return Frame(number, number / 30, PIXELS)


def test_frames_that_come_while_one_is_read_are_left_out() -> None:
    go, begun = threading.Event(), threading.Event()

    def read(each: People, _: Frame) -> People:
        begun.set()
        go.wait()
        return each

    reader = CloseUps(read)
    for number in range(3):
        reader.offer(people(1), frame(number))
    begun.wait()
    assert reader.finished() == []
    go.set()
    reader.wait_for(0)
    assert [each.source_frame for _, each in reader.finished()] == [0]
    reader.offer(people(), frame(3))  # nobody is there to be read
    reader.offer(people(1), frame(4))
    reader.close()
    assert [each.source_frame for _, each in reader.finished()] == [4]


def test_what_goes_wrong_in_the_thread_is_raised_in_the_capture() -> None:
    def read(each: People, _: Frame) -> People:
        raise ValueError("broken")

    reader = CloseUps(read)
    reader.offer(people(1), frame(0))
    reader.wait_for(0)
    with pytest.raises(ValueError, match="broken"):
        reader.finished()
    reader.close()


def test_close_ups_are_given_to_the_people_they_are_of() -> None:
    presence = np.array([[0.9, 0.8], [0.7, 0.6]], np.float32)
    parts = {name: np.ones((2, 2, 21, 3), np.float32) for name in ("hand_points", "hand_world")}
    seen = people(4, 7, hand_presence=presence, hand_right=presence, hand_sharpness=presence, **parts)
    found = carried(people(7, 9), seen, CaptureSettings(parts="hands"))
    np.testing.assert_array_equal(found.hand_presence, [presence[1], [0, 0]])
    assert found.hand_points.shape == (2, 2, 21, 3) and found.face_points is None


def test_a_frame_that_was_not_read_shows_nothing() -> None:
    found = carried(people(1, 2), None, CaptureSettings(parts="all"))
    assert found.hand_presence.shape == (2, 2) and not found.hand_presence.any()
    assert found.face_points.shape == (2, 478, 3) and not found.face_presence.any()
