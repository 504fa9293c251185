"""What is doubtful about a take is told about the right person, and an ordinary take raises none."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.bodies.embedded import load_body
from romp_core.evaluate.doubts import doubts
from romp_core.geometry.rotations import quat_from_rotvec, quat_multiply
from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST_QUAT
from romp_core.take.estimates import Estimates, FovEstimate, HeightEstimate
from romp_core.take.observations import Observations
from romp_core.take.take import FootageInfo, Motion, Person, Take, level_camera

FPS, FRAMES, WIDTH, HEIGHT = 30.0, 120, 640, 360


def observed(frames=FRAMES, top=60.0, bottom=300.0, confidence=0.9):
    rows = np.linspace(top, bottom, 33)
    points = np.broadcast_to(np.stack([np.full(33, 200.0), rows], -1), (frames, 33, 2)).astype(np.float32)
    nothing = np.zeros((frames, 33, 3), np.float32)
    return Observations(
        np.arange(frames, dtype=np.int32), np.full(frames, confidence), points, np.ones((frames, 33)), nothing
    )


def moved(upside_down_frames=0):
    rotations = np.zeros((FRAMES, 24, 4), np.float32)
    rotations[..., 0] = 1
    rotations[:, 0] = WORLD_FROM_SMPL_REST_QUAT
    turned = quat_multiply(quat_from_rotvec(np.array([np.pi, 0.0, 0.0])), WORLD_FROM_SMPL_REST_QUAT)
    rotations[20 : 20 + upside_down_frames, 0] = turned
    frame_index = np.arange(FRAMES, dtype=np.int32)
    rest, nothing = load_body().rest_joints(1.7), np.zeros((FRAMES, 2), bool)
    return Motion(frame_index, np.ones(FRAMES, bool), rotations, np.zeros((FRAMES, 3), np.float32), rest, nothing)


def take(*people, cuts=(), heights=()):
    times, frames = np.arange(FRAMES) / FPS, np.arange(FRAMES, dtype=np.int32)
    estimates = Estimates(FovEstimate("assumed"), {id: HeightEstimate(meters, "estimated") for id, meters in heights})
    footage = FootageInfo("clip.mp4", WIDTH, HEIGHT, FPS, times, frames, cuts=cuts)
    return Take("t", footage, tuple(people), camera=level_camera(1.0), estimates=estimates)


def person(id=1, motion=None, **seen):
    return Person(id, f"Person {id}", observed(**seen), motion=motion or moved())


def test_an_ordinary_take_raises_none():
    assert doubts(take(person(1), person(2), heights=[(1, 1.7), (2, 1.2)])) == []


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: person(2, frames=12), "Seen for 0.4 s only"),
        (lambda: person(2, top=100, bottom=150), "50 pixels tall"),
        (lambda: person(2, bottom=420), "Cut off by the edge of the image in 100%"),
        (lambda: person(2, confidence=0.3), "confidence is 30%"),
        (lambda: person(2, motion=moved(45)), "Upside down for 1.5 s"),
    ],
)
def test_each_doubt_is_about_the_right_person_and_has_a_remedy(made, words):
    (doubt,) = doubts(take(person(1), made()))
    assert doubt.person == 2 and words in doubt.text and doubt.remedy.endswith(".")


def test_a_cartwheel_raises_none():
    assert doubts(take(person(motion=moved(20)))) == []


def test_giants_and_cuts():
    about_take, about_person = doubts(take(person(), cuts=(40, 80), heights=[(1, 2.9)]))
    assert about_take.person is None and "2 cuts" in about_take.text and "Start and End" in about_take.remedy
    assert about_person.person == 1 and "2.90 m tall" in about_person.text


def test_removed_people_raise_none():
    both = take(person(1), person(2, confidence=0.1))
    (edit,) = [replace(both.edits.person(2), removed=True)]
    assert doubts(replace(both, edits=both.edits.with_person(2, edit))) == []


def test_people_without_frames_or_motion():
    assert doubts(take(Person(1, "Person 1", observed(0)), Person(2, "Person 2", observed()))) == []
