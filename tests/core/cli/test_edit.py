"""Takes are put right from the command line: in the order given, told when it makes no sense, and undone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.geometry.rotations import angle_between
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
        (["--level", "0.4"], "--level has nothing that it belongs to"),
        (["--gap", "Person 1", "1.0", "hold"], "has no gap at 1.00 s"),
        (["--gap", "Person 1", "1.0", "guess"], 'Nothing called "guess"'),
        (["--floor", "low"], '"low" is not a number'),
        (["--floor", "nan"], "is no height of the floor"),
        (["--floor-tilt", "5", "80"], "80 degrees is no tilt"),
        (["--floor-foot", "Person 1", "left", "50"], "is not seen at 50.00 s"),
        (["--pose", "Person 1", "1.0", "tail", "0", "0", "9"], 'no joint "tail"'),
        (["--pose", "Person 1", "50", "head", "0", "0", "9"], "is not seen at 50.00 s"),
        (["--pose", "Person 1", "1.0", "head", "0", "0", "far"], '"far" is not a number'),
        (["--move", "Person 1", "1.0", "0", "0", "9", "--until", "0.5"], "ends before it starts"),
        (["--contact", "Person 1", "left", "1", "2", "--ease", "1"], "--ease has nothing that it belongs to"),
        (["--floor", "0.1", "--mute", "1"], "Edit 1 is not a pose"),
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


def test_a_pose_is_put_right_listed_muted_and_taken_back(
    demo_take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, before = tmp_path / "posed.npz", load_take(demo_take)
    id, plain = before.people[0].id, before.characters[0].motion
    assert plain is not None
    steps = ["--pose", "Person 1", "1.0", "left_elbow", "10", "-20", "30", "--ease", "0.4"]
    steps += ["--pose", "Person 1", "1.0", "head", "0", "15", "0", "--ease", "0.4"]
    steps += ["--move", "Person 1", "2.0", "0", "0", "-0.1", "--until", "2.5"]
    assert main(["edit", str(demo_take), *steps, "-o", str(out), "--progress", "none"]) == 0
    motion, times = load_take(out).characters[0].motion, before.footage.times[plain.frame_index]
    row, held = int(np.argmin(np.abs(times - 1.0))), (times >= 2.0) & (times <= 2.5)
    turned = np.degrees(angle_between(plain.rotations, motion.rotations))
    assert turned[row, JOINT["head"]] == pytest.approx(15, abs=0.01) and turned[row, JOINT["left_elbow"]] > 30
    np.testing.assert_allclose(motion.root[held] - plain.root[held], [[0, 0, -0.1]] * held.sum(), atol=1e-4)
    capsys.readouterr()
    assert main(["edit", str(out), "--list"]) == 0
    text = capsys.readouterr().out
    head, elbow = f"--pose {id} 1.00 head 0.0 15.0 0.0", f"--pose {id} 1.00 left_elbow 10.0 -20.0 30.0"
    assert f"edit 1  {head} --ease 0.40 {elbow} --ease 0.40\n" in text
    assert f"edit 2  --move {id} 2.00 0.000 0.000 -0.100 --until 2.50 --ease 0.20" in text
    assert main(["edit", str(out), "--mute", "1", "--list", "--progress", "none"]) == 0
    assert "--ease 0.40  (muted)" in capsys.readouterr().out
    np.testing.assert_array_equal(load_take(out).characters[0].motion.rotations, plain.rotations)
    assert main(["edit", str(out), "--unmute", "1", "--remove", "2", "--progress", "none"]) == 0
    found = load_take(out).characters[0].motion
    np.testing.assert_array_equal(found.rotations, motion.rotations)
    np.testing.assert_array_equal(found.root, plain.root)
    assert main(["edit", str(out), "--undo", "--progress", "none"]) == 0 and load_take(out).edits == Edits()
