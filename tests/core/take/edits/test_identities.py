"""Who is who by hand: nothing that was seen is lost, and what does not fit is told."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.errors import EditError
from romp_core.take.edits import Assign, Edits, Merge, Split, Swap
from romp_core.take.edits.identities import may_merge, shared_seconds
from romp_core.take.take import Person
from tests.core.synthetic import make_observations

FPS = 30.0
TIMES = np.arange(300) / FPS


def person(id: int, first: int, last: int) -> Person:
    """Seen from the first to the last of these frames; its confidence says who it was when captured."""
    seen = make_observations(np.arange(first, last + 1), id)
    return Person(id, f"Person {id}", replace(seen, confidence=np.full(len(seen.frame_index), id, np.float32)))


def who(people, id):
    """Frame -> who that was when captured."""
    (seen,) = [each.observations for each in people if each.id == id]
    assert (np.diff(seen.frame_index) > 0).all()
    return dict(zip(seen.frame_index.tolist(), seen.confidence.astype(int).tolist(), strict=True))


def test_merge_keeps_every_frame_and_its_own_where_both_are_seen():
    people = Edits(operations=(Merge(1, 2),)).identified([person(1, 0, 99), person(2, 90, 199)], TIMES)
    assert [each.id for each in people] == [1]
    assert who(people, 1) == {frame: 1 if frame < 100 else 2 for frame in range(200)}


def test_split_at_a_moment_and_merge_back_is_as_before():
    before = [person(1, 0, 99)]
    edits = Edits().with_operation(Split(1, 2.0, 2), before, TIMES)
    after = edits.identified(before, TIMES)
    assert [(each.id, each.name) for each in after] == [(1, "Person 1"), (2, "Person 2")]
    assert list(who(after, 1)) == list(range(60)) and list(who(after, 2)) == list(range(60, 100))
    back = edits.with_operation(Merge(1, 2), before, TIMES).identified(before, TIMES)
    for name, array in vars(before[0].observations).items():
        np.testing.assert_array_equal(getattr(back[0].observations, name), array, err_msg=name)


def test_swap_exchanges_from_a_moment_on():
    people = Edits(operations=(Swap(1, 2, 1.0),)).identified([person(1, 0, 99), person(2, 10, 59)], TIMES)
    assert who(people, 1) == {frame: 1 if frame < 30 else 2 for frame in range(60)}
    assert who(people, 2) == {frame: 2 if frame < 30 else 1 for frame in range(10, 100)}


def test_assign_gives_a_stretch_and_replaces_what_was_there():
    people = Edits(operations=(Assign(2, 1, 1.0, 2.0),)).identified([person(1, 0, 99), person(2, 0, 99)], TIMES)
    assert who(people, 1) == {frame: 2 if 30 <= frame <= 60 else 1 for frame in range(100)}
    assert list(who(people, 2)) == [*range(30), *range(61, 100)]


def test_later_operations_mean_the_people_that_earlier_ones_left():
    people = [person(1, 0, 99), person(2, 100, 199), person(3, 0, 199)]
    edits = Edits()
    for operation in (Merge(1, 2), Swap(1, 3, 5.0), Split(3, 6.0, 4)):
        edits = edits.with_operation(operation, people, TIMES)
    after = edits.identified(people, TIMES)
    assert set(who(after, 1).values()) == {1, 2, 3} and list(who(after, 4)) == list(range(180, 200))
    assert Edits.from_mapping(edits.to_mapping()) == edits and edits.unused_id(people) == 5


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (Merge(1, 1), "cannot be merged with themselves"),
        (Merge(1, 9), "has no person 9"),
        (Split(1, 0.0, 5), "cannot be split at 0.00 s"),
        (Split(1, 30.0, 5), "from 0.00 to 3.30 s"),
        (Split(1, 1.0, 2), "There is a person 2 already"),
        (Swap(1, 2, 99.0), "seen after 99.00 s"),
        (Assign(1, 2, 8.0, 9.0), "is not seen from 8.00 to 9.00 s"),
    ],
)
def test_what_does_not_fit_is_refused(operation, message):
    with pytest.raises(EditError, match=message):
        Edits().with_operation(operation, [person(1, 0, 99), person(2, 0, 99)], TIMES)


def test_edits_of_another_capture_are_refused_with_a_sentence():
    edits = Edits().with_operation(Merge(1, 2), [person(1, 0, 9), person(2, 10, 19)], TIMES)
    with pytest.raises(EditError, match=r"The take has no person 2. It has 1."):
        edits.identified([person(1, 0, 19)], TIMES)


def test_time_that_two_people_share():
    assert shared_seconds(person(1, 0, 99).observations, person(2, 70, 200).observations, TIMES) == pytest.approx(1.0)


def test_the_space_that_a_model_keeps_still_is_that_of_the_person_who_is_kept():
    one, two = (
        replace(
            each,
            observations=replace(
                each.observations,
                world_rotation=np.tile(np.float32([1, 0, 0, 0]), (10, 1)),
                world_root=np.zeros((10, 3), np.float32),
            ),
        )
        for each in (person(1, 0, 9), person(2, 10, 19))
    )
    (merged,) = Edits(operations=(Merge(1, 2),)).identified([one, two], TIMES)
    known = np.isfinite(merged.observations.world_root).all(axis=1)
    assert known[:10].all() and not known[10:].any()


@pytest.mark.parametrize(("frames", "may"), [(0, True), (9, True), (15, True), (16, False), (60, False)])
def test_people_seen_together_for_more_than_half_a_second_are_not_merged_unasked(frames, may):
    first, second = person(1, 0, 99), person(2, 100 - frames, 200)
    assert may_merge(round(shared_seconds(first.observations, second.observations, TIMES), 6)) is may
