"""Takes are put right from the command line: in the order given, told when it makes no sense, and undone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.geometry.skeleton import JOINT
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.edits import Edits, FloorEdit, FloorFoot, Merge, PersonEdit, Split
from romp_core.take.sources import HELD


def test_edits_are_done_in_order_and_listed(
    demo_take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, person = tmp_path / "edited.npz", load_take(demo_take).people[0]
    new = person.id + 1
    steps = ["--split", str(person.id), "1.0", "--rename", str(new), "Bea", "--contact", "Bea", "left", "1.2", "1.5"]
    assert main(["edit", str(demo_take), *steps, "-o", str(out), "--progress", "none"]) == 0
    take = load_take(out)
    assert [(each.id, each.name) for each in take.characters] == [(person.id, "Person 1"), (new, "Bea")]
    motion = take.characters[1].motion
    at = take.footage.times[motion.frame_index]
    assert motion.contacts[(at >= 1.2) & (at <= 1.5), 0].all()
    assert take.edits.operations == (Split(person.id, 1.0, new),) and not load_take(demo_take).edits.operations
    capsys.readouterr()
    assert main(["edit", str(out), "--list", "--suggest"]) == 0
    text = capsys.readouterr().out
    assert "Bea, 1.00 to" in text and f"edit 2  --contact {new} left 1.20 1.50" in text
    assert f"--merge {person.id} {new}  Bea appears 0.0" in text
    merge = ["--merge", "Person 1", "Bea", "--progress", "none"]
    assert main(["edit", str(out), *merge]) == 0 and load_take(out).edits.operations[-1] == Merge(person.id, new)
    assert main(["edit", str(out), "--clear", "--progress", "none"]) == 0
    back, before = load_take(out), load_take(demo_take)
    assert back.edits == Edits()
    np.testing.assert_array_equal(back.characters[0].motion.joints(), before.characters[0].motion.joints())


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([], "nothing to edit"),
        (["--split", "7", "1"], "no person 7"),
        (["--merge", "Person 1", "Peter"], 'no person "Peter"'),
        (["--split", "Person 1", "soon"], '"soon" is not a moment'),
        (["--split", "Person 1", "500"], "cannot be split at 500.00 s"),
        (["--contact", "Person 1", "nose", "0", "1"], 'no foot "nose"'),
        (["--contact", "Person 1", "left", "2", "1"], "ends before it starts"),
        (["--trim", "2", "1"], "is empty"),
        (["--undo"], "no edit to take back"),
        (["--remove", "1"], 'no edit "1"'),
        (["--level", "0.4"], "--level has no contact"),
        (["--gap", "Person 1", "1.0", "hold"], "has no gap at 1.00 s"),
        (["--gap", "Person 1", "1.0", "guess"], 'Nothing called "guess"'),
        (["--floor", "low"], '"low" is not a number'),
        (["--floor", "nan"], "is no height of the floor"),
        (["--floor-tilt", "5", "80"], "80 degrees is no tilt"),
        (["--floor-foot", "Person 1", "left", "50"], "is not seen at 50.00 s"),
        (["--delete", "Person 1"], "leave nobody"),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_is_written(
    demo_take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], steps: list[str], message: str
) -> None:
    out = tmp_path / "edited.npz"
    assert main(["edit", str(demo_take), *steps, "-o", str(out)]) == 1
    assert message in capsys.readouterr().err and not out.exists()


def test_people_who_are_there_at_the_same_time_are_merged_only_on_purpose(
    demo_take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take = load_take(demo_take)
    twin = replace(take.people[0], id=take.people[0].id + 1, name="Twin")
    path = save_take(replace(take, people=(*take.people, twin)), tmp_path / "two.npz")
    assert main(["edit", str(path), "--merge", "Person 1", "Twin"]) == 1
    assert "at the same time for" in capsys.readouterr().err
    assert main(["edit", str(path), "--merge", "Person 1", "Twin", "--force", "--progress", "none"]) == 0
    assert [each.name for each in load_take(path).characters] == ["Person 1"]
    assert main(["edit", str(path), "--delete", "Person 1", "--restore", "Person 1", "--progress", "none"]) == 0
    assert load_take(path).edits.person(take.people[0].id) == PersonEdit()


def test_the_floor_is_decided_listed_told_and_taken_back(
    demo_take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, id = tmp_path / "edited.npz", load_take(demo_take).people[0].id
    contact = ["--contact", str(id), "left", "1.2", "1.5", "--level", "0.4"]
    steps = ["--floor", "0.3", "--floor-foot", "Person 1", "left", "1.0", "--floor", "-0.1", "--floor-tilt", "0", "-2"]
    assert main(["edit", str(demo_take), *contact, *steps, "--list", "-o", str(out), "--progress", "none"]) == 0
    said = capsys.readouterr()
    assert "The earlier height of the floor, 0.30 m, is dropped" in said.err
    lines = said.out.splitlines()
    assert lines[-4:] == [
        f"edit 1  --contact {id} left 1.20 1.50 --level 0.40",
        f"edit 2  --floor-foot {id} left 1.00",
        "edit 3  --floor -0.10",
        "edit 4  --floor-tilt 0.00 -2.00",
    ]
    take, before = load_take(out), load_take(demo_take)
    assert take.edits.floor == FloorEdit((FloorFoot(id, "left", 1.0),), -0.1, (0.0, -2.0))
    at = take.footage.times[take.characters[0].motion.frame_index]
    ball = take.characters[0].motion.joints()[(at > 1.25) & (at < 1.45), JOINT["left_foot"], 2]
    assert ball.min() > 0.4 and ball.max() < 0.5
    steps = ["--remove", "1", "--undo", "--undo", "--undo", "--progress", "none"]
    assert main(["edit", str(out), *steps]) == 0 and load_take(out).edits == Edits()
    np.testing.assert_array_equal(load_take(out).characters[0].motion.joints(), before.characters[0].motion.joints())


def test_one_gap_is_decided_and_gaps_are_listed(
    demo_take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take = load_take(demo_take)
    person = take.people[0]
    at = take.footage.times[person.observations.frame_index]
    seen = replace(person, observations=person.observations.rows((at < 1.0) | (at > 1.4)))
    holed = save_take(replace(take, people=(seen,)), tmp_path / "holed.npz")
    gap = ["--gap", "Person 1", "1.2", "hide", "--gap", "Person 1", "1.1", "hold"]
    assert main(["edit", str(holed), *gap, "--list", "--progress", "none"]) == 0
    said = capsys.readouterr()
    assert f"edit 1  --gap {person.id} 1.10 hold" in said.out and "      not seen from " in said.out
    assert 'The earlier decision about the gap at 1.20 s, "hide", is dropped.' in said.err
    motion = load_take(holed).characters[0].motion
    inside = np.flatnonzero(np.abs(take.footage.times[motion.frame_index] - 1.2) < 0.15)
    assert (motion.source[inside] == HELD).all() and motion.valid.all()
    assert main(["edit", str(holed), "--undo", "--progress", "none"]) == 0 and load_take(holed).edits == Edits()
