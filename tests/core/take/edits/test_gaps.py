"""What is done about single gaps: found by a moment in them, decided once each, told, and taken back."""

import json
from dataclasses import replace

import pytest

from romp_core.errors import EditError
from romp_core.take.edits import Edits, GapEdit
from romp_core.take.edits.contradictions import overruled
from romp_core.take.edits.gaps import gaps_of
from romp_core.take.edits.removal import GAP, Made, made, without
from romp_core.take.settings import SolveSettings
from romp_core.take.solve_digest import solve_digest
from tests.core.filmed import Film

FILM = Film()
ROWS = [*range(30), *range(40, 60), *range(75, 120)]
(PERSON,) = FILM.take(FILM.rows(ROWS)).people
TIMES = FILM.truth.times


def decided(edits: Edits, second: float, decision: str) -> Edits:
    return edits.with_gap(GapEdit(PERSON.id, second, decision), [PERSON], TIMES)


def test_a_gap_is_decided_once_and_the_last_word_is_told() -> None:
    assert gaps_of(PERSON.observations, TIMES) == [(TIMES[29], TIMES[40]), (TIMES[59], TIMES[75])]
    first = decided(decided(Edits(), 1.1, "hold"), 2.2, "hide")
    assert [each.decision for each in first.gaps] == ["hold", "hide"]
    again = decided(first, 1.2, "infill")
    assert again.gaps == (GapEdit(PERSON.id, 2.2, "hide"), GapEdit(PERSON.id, 1.2, "infill"))
    assert overruled(first, again) == ['The earlier decision about the gap at 1.10 s, "hold", is dropped.']
    assert overruled(Edits(), first) == [] == overruled(first, decided(first, 1.2, "hold"))
    assert Edits.from_mapping(json.loads(json.dumps(again.to_mapping()))) == again
    digests = {solve_digest(SolveSettings(), {}, each) for each in (Edits(), first, again)}
    assert len(digests) == 3
    assert list(made(again))[1] == Made(GAP, 1, GapEdit(PERSON.id, 1.2, "infill"))
    fewer = without(again, GAP, 0, [PERSON], TIMES)
    assert [each.second for each in fewer.gaps] == [1.2] and overruled(again, fewer) == []


@pytest.mark.parametrize(
    ("edit", "message", "hint"),
    [
        (GapEdit(7, 1.1, "hold"), "no person 7", ""),
        (GapEdit(1, 0.5, "hold"), "has no gap at 0.50 s", "They are not seen from 0.97 to 1.33 s, 1.97 to 2.50 s."),
        (GapEdit(1, 99.0, "hold"), "has no gap at 99.00 s", "They are not seen from"),
        (GapEdit(1, 1.1, "guess"), '"guess"', "infill, interpolate, hold, hide"),
    ],
)
def test_what_is_no_gap_is_refused(edit: GapEdit, message: str, hint: str) -> None:
    with pytest.raises(EditError, match=message) as caught:
        Edits().with_gap(edit, [PERSON], TIMES)
    assert hint in caught.value.hint


def test_who_is_always_seen_has_none() -> None:
    whole = replace(PERSON, observations=FILM.observations)
    with pytest.raises(EditError, match="has no gap") as caught:
        Edits().with_gap(GapEdit(1, 1.1, "hold"), [whole], TIMES)
    assert "without a gap" in caught.value.hint
