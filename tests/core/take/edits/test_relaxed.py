"""Hands and faces that are relaxed because they were seen wrongly."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.errors import EditError
from romp_core.take.edits import Edits, RelaxEdit
from romp_core.take.edits.relaxed import without_relaxed
from romp_core.take.edits.removal import RELAXED, without
from romp_core.take.solve_digest import digest_of
from romp_core.take.take import Take
from tests.core.synthetic import make_take


@pytest.fixture
def take() -> Take:
    """Somebody whose hands and face are seen in every frame."""
    plain = make_take()
    (person,) = plain.people
    count = len(person.observations.frame_index)
    points = np.zeros((count, 2, 21, 3), np.float32)
    seen = replace(
        person.observations, hand_points=points, hand_world=points, hand_presence=np.ones((count, 2), np.float32),
        hand_right=np.ones((count, 2), np.float32), hand_sharpness=np.ones((count, 2), np.float32),
        face_points=np.zeros((count, 478, 3), np.float32), face_presence=np.ones(count, np.float32),
    )  # fmt: skip
    return replace(plain, people=(replace(person, observations=seen),))


def relaxed(take: Take, part: str, start: float, end: float) -> Edits:
    edit = RelaxEdit(take.people[0].id, part, start, end)
    return take.edits.with_relaxed(edit, take.people, take.footage.times)


@pytest.mark.parametrize(("part", "column"), [("left_hand", 0), ("right_hand", 1), ("face", None)])
def test_only_this_part_is_not_seen_and_only_then(take: Take, part: str, column: int | None) -> None:
    times = take.footage.times
    seen = take.people[0].observations
    found = without_relaxed(seen, relaxed(take, part, times[5], times[9]).relaxed, times)
    hands, face = np.ones((len(times), 2)), np.ones(len(times))
    if column is None:
        face[5:10] = 0
    else:
        hands[5:10, column] = 0
    np.testing.assert_array_equal(found.hand_presence, hands)
    np.testing.assert_array_equal(found.face_presence, face)
    assert seen.hand_presence is not None and seen.hand_presence.all(), "the raw data stays"


def test_it_survives_the_record_counts_for_the_solve_and_can_be_taken_back(take: Take) -> None:
    edits = relaxed(take, "face", 0.1, 0.3)
    assert Edits.from_mapping(edits.to_mapping()) == edits
    assert digest_of(replace(take, edits=edits)) != digest_of(take)
    assert without(edits, RELAXED, 0, take.people, take.footage.times) == take.edits


def test_what_cannot_be_is_told(take: Take) -> None:
    with pytest.raises(EditError, match='Nothing called "foot" can be relaxed'):
        relaxed(take, "foot", 0, 1)
    with pytest.raises(EditError, match="ends before it starts"):
        relaxed(take, "face", 1, 0.5)
    (person,) = take.people
    bare = replace(person.observations, face_points=None, face_presence=None)
    with pytest.raises(EditError, match="face was not captured"):
        relaxed(replace(take, people=(replace(person, observations=bare),)), "face", 0, 1)
