"""What is suggested is what a user would do, and nothing is where nothing is wrong."""

from dataclasses import replace

import numpy as np

from romp_core.take.edits import Edits, Merge, Swap
from romp_core.take.edits.suggestions import suggestions
from romp_core.take.take import Person
from tests.core.synthetic import make_observations

TIMES = np.arange(300) / 30.0


def walker(id: int, frames: np.ndarray, start: float, pace: float, size: float = 200.0) -> Person:
    """Walks to the right at `pace` pixels a second, `size` pixels tall."""
    seen = make_observations(frames, id)
    body = np.random.default_rng(7).uniform(-0.5, 0.5, (33, 2)) * (0.3, 1.0)
    body[0], body[1] = (0, -0.5), (0, 0.5)
    centers = np.stack([start + pace * TIMES[frames], np.full(len(frames), 300.0)], axis=1)
    points = (centers[:, None] + size * body).astype(np.float32)
    meters = np.concatenate([body, body[:, :1]], axis=1)[None].repeat(len(frames), axis=0).astype(np.float32)
    return Person(id, f"Person {id}", replace(seen, keypoints2d=points, keypoints3d=meters))


def test_who_goes_on_as_whom():
    people = [
        walker(1, np.arange(0, 100), 100, 60),
        walker(2, np.arange(0, 300), 900, -60),
        walker(3, np.arange(130, 300), 100, 60),
        walker(4, np.arange(130, 300), 700, 0, 120.0),
    ]
    found = suggestions(people, TIMES)
    assert [each.operation for each in found] == [Merge(1, 3)]
    assert "Person 3 appears 1.03 s after Person 1 is last seen" in found[0].reason
    after = Edits(operations=(Merge(1, 3),)).identified(people, TIMES)
    assert suggestions(after, TIMES) == []


def test_two_who_changed_places():
    people = [walker(1, np.arange(300), 100, 60), walker(2, np.arange(300), 700, -30)]
    wrong = Edits(operations=(Swap(1, 2, 2.0),)).identified(people, TIMES)
    assert [each.operation for each in suggestions(wrong, TIMES)] == [Swap(1, 2, 2.0)]
    assert suggestions(people, TIMES) == []


def test_ghosts():
    people = [
        walker(1, np.arange(300), 100, 60),
        walker(2, np.arange(40, 52), 800, 0),
        walker(3, np.arange(100, 200), 104, 60),
    ]
    found = {each.ghost: each.reason for each in suggestions(people, TIMES)}
    assert set(found) == {2, 3}
    assert "0.40 s only" in found[2] and "same part of the image as Person 1" in found[3]
