"""Where the floor is, as the user decided: kept with the take, checked, told where it contradicts, and taken back."""

import json
from dataclasses import replace

import pytest

from romp_core.errors import EditError
from romp_core.take.edits import ContactEdit, Edits, FloorEdit, FloorFoot
from romp_core.take.edits.contradictions import overruled
from romp_core.take.edits.removal import FLOOR_FOOT, FLOOR_HEIGHT, FLOOR_TILT, made, without
from romp_core.take.settings import SolveSettings
from romp_core.take.solve_digest import solve_digest
from tests.core.synthetic import make_take

TAKE = make_take()
PEOPLE, TIMES = TAKE.people, TAKE.footage.times
WHO = PEOPLE[0].id


def on_floor(edits: Edits, foot: str, second: float) -> Edits:
    return edits.with_floor_foot(FloorFoot(WHO, foot, second), PEOPLE, TIMES)


def moved(edits: Edits, height: float, tilt: tuple[float, float] = (0.0, 0.0)) -> Edits:
    return replace(edits, floor=edits.floor.with_height(height).with_tilt(*tilt))


def test_they_survive_the_take_file_and_change_the_digest_but_for_takes_without_them() -> None:
    edits = moved(on_floor(on_floor(Edits(), "left", 0.1), "right", 0.2), 0.25, (2.0, -1.0))
    edits = edits.with_contact(ContactEdit(WHO, "left", 0.1, 0.3, level=0.4), PEOPLE, TIMES)
    again = Edits.from_mapping(json.loads(json.dumps(edits.to_mapping())))
    assert again == edits
    old = {key: value for key, value in edits.to_mapping().items() if key != "floor"}
    del old["contacts"][0]["level"]
    assert Edits.from_mapping(old).contacts == (ContactEdit(WHO, "left", 0.1, 0.3),)
    digests = {
        solve_digest(SolveSettings(), {}, each)
        for each in (
            Edits(),
            edits,
            replace(edits, floor=replace(edits.floor, feet=())),
            moved(edits, 0.3, (2.0, -1.0)),
            moved(edits, 0.25, (2.0, 1.0)),
            replace(edits, contacts=(replace(edits.contacts[0], level=0.5),)),
            replace(edits, contacts=(replace(edits.contacts[0], level=None),)),
        )
    }
    assert len(digests) == 7


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 11.0, -11.0])
def test_numbers_that_are_no_height_are_refused(bad: float) -> None:
    with pytest.raises(EditError, match="is no height of the floor"):
        FloorEdit().with_height(bad)
    with pytest.raises(EditError, match="is no level of a foot"):
        Edits().with_contact(ContactEdit(WHO, "left", 0.1, 0.3, level=bad), PEOPLE, TIMES)
    with pytest.raises(EditError, match="is no tilt of the floor"):
        FloorEdit().with_tilt(0.0, bad * 5)


@pytest.mark.parametrize(
    ("foot", "message"),
    [
        (FloorFoot(77, "left", 0.1), "no person 77"),
        (FloorFoot(WHO, "nose", 0.1), 'no foot "nose"'),
        (FloorFoot(WHO, "left", 99.0), "is not seen at 99.00 s"),
    ],
)
def test_a_foot_that_nobody_has_or_sees_is_refused(foot: FloorFoot, message: str) -> None:
    with pytest.raises(EditError, match=message):
        Edits().with_floor_foot(foot, PEOPLE, TIMES)


def test_a_foot_that_does_not_stand_has_no_level() -> None:
    with pytest.raises(EditError, match="has no level"):
        Edits().with_contact(ContactEdit(WHO, "left", 0.1, 0.3, False, 0.4), PEOPLE, TIMES)


def test_the_last_word_counts_and_is_told() -> None:
    lower = moved(Edits(), 0.1)
    lowest = moved(lower, 0.2, (1.0, 0.0))
    assert overruled(Edits(), lower) == []
    assert overruled(lower, lowest) == ["The earlier height of the floor, 0.10 m, is dropped; the new one counts."]
    picked = on_floor(lowest, "left", 0.1)
    assert picked.floor == FloorEdit((FloorFoot(WHO, "left", 0.1),))
    assert [each.split(",")[0] for each in overruled(lowest, picked)] == [
        "The earlier height of the floor",
        "The earlier tilt of the floor",
    ]
    assert overruled(picked, moved(picked, 0.3)) == [], "against the floor of the feet"
    assert on_floor(picked, "left", 0.1) == picked, "the same foot at the same moment counts once"
    stands = Edits().with_contact(ContactEdit(WHO, "left", 0.1, 0.3), PEOPLE, TIMES)
    higher = stands.with_contact(ContactEdit(WHO, "left", 0.2, 0.5, level=0.4), PEOPLE, TIMES)
    (told,) = overruled(stands, higher)
    assert told == (
        "An earlier edit says that the left foot stands from 0.10 to 0.30 s; from 0.20 to 0.30 s the new one counts."
    )
    other = higher.with_contact(ContactEdit(WHO, "right", 0.2, 0.5, False), PEOPLE, TIMES)
    assert overruled(higher, other) == []


def test_each_is_taken_back_by_itself() -> None:
    edits = moved(on_floor(on_floor(Edits(), "left", 0.1), "right", 0.2), 0.25, (2.0, -1.0))
    assert [(each.kind, each.index) for each in made(edits)] == [
        (FLOOR_FOOT, 0),
        (FLOOR_FOOT, 1),
        (FLOOR_HEIGHT, 0),
        (FLOOR_TILT, 0),
    ]
    fewer = without(edits, FLOOR_FOOT, 0, PEOPLE, TIMES)
    assert fewer.floor.feet == (FloorFoot(WHO, "right", 0.2),) and fewer.floor.height == 0.25
    assert overruled(edits, fewer) == []
    for each in list(made(fewer)):
        fewer = without(fewer, each.kind, each.index, PEOPLE, TIMES)
    assert fewer == Edits()
    with pytest.raises(EditError, match="no such edit"):
        without(fewer, FLOOR_TILT, 0, PEOPLE, TIMES)
