"""The command that edits a take: who is who, contacts, gaps, the floor, poses, trims."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ..errors import EditError
from ..formats.camera import read_camera
from ..take.edits import (
    FEET,
    Assign,
    ContactEdit,
    Edits,
    FloorFoot,
    GapEdit,
    Merge,
    PersonEdit,
    PoseEdit,
    RelaxEdit,
    Split,
    Swap,
)
from ..take.edits.contradictions import overruled
from ..take.edits.gaps import DECISIONS, gaps_of
from ..take.edits.removal import (
    CAMERA,
    CONTACT,
    FLOOR_FOOT,
    FLOOR_HEIGHT,
    FLOOR_TILT,
    GAP,
    OPERATION,
    POSE,
    RELAXED,
    Made,
    made,
    without,
)
from ..take.settings import RELAXED_PARTS
from ..take.take import Take
from . import edit_poses
from .console import put, say
from .edit_poses import number
from .progress import Silent, add_progress, interruptible

_GAP_S = 0.15
"""Shorter gaps are not listed: single frames are lost often, and nobody sees that."""
_POSE: Final = (
    "a joint of A is turned by degrees against the solved pose then, about axes that lie as the body's (left, up, "
    "forward) when it stands with its arms held out, and turn with the joint; about X first"
)
_AFTER: Final = {"level": ("contact",), "until": edit_poses.FLAGS, "ease": edit_poses.FLAGS}
"""Options that are a part of the edit that they follow."""


def add_edit_command(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `edit`."""
    sub = command("edit", _edit, "Put a take right by hand, and solve it again; the model does not run")
    sub.add_argument("take", metavar="TAKE")
    sub.add_argument("-o", "--out", metavar="TAKE", help="take file to write (default: the same file)")
    sub.add_argument("--list", action="store_true", help="show people and edits, change nothing more")
    sub.add_argument("--suggest", action="store_true", help="show edits that seem right, change nothing more")
    sub.add_argument("--force", action="store_true", help="merge people although they are seen at the same time")
    group = sub.add_argument_group(
        "edits",
        "Given in any number, done in this order. People are named by id or name, moments in seconds of the footage.",
    )
    sub.set_defaults(steps=[])
    for flag, names, help in (
        ("--merge", ("A", "B"), "A and B are one person, A"),
        ("--split", ("A", "SECOND"), "from then on, A is somebody new"),
        ("--swap", ("A", "B", "SECOND"), "from then on, A and B were taken for each other"),
        ("--assign", ("A", "B", "START", "END"), "what was seen of A in between is of B"),
        ("--delete", ("A",), "A is left out"),
        ("--restore", ("A",), "A is not left out any more"),
        ("--rename", ("A", "NAME"), "A gets another name"),
        ("--contact", ("A", "FOOT", "START", "END"), f"a foot ({' or '.join(FEET)}) of A stands"),
        ("--no-contact", ("A", "FOOT", "START", "END"), "a foot of A does not stand"),
        ("--level", ("HEIGHT",), "after --contact: the foot stands so many meters above the floor, as on a step"),
        ("--gap", ("A", "SECOND", "HOW"), f"this gap of A, however long, is treated so: {', '.join(DECISIONS)}"),
        ("--floor-foot", ("A", "FOOT", "SECOND"), "a foot of A is on the floor then; several feet also say its tilt"),
        ("--floor", ("HEIGHT",), "the floor is so many meters above the one that was found; negative: below"),
        ("--floor-tilt", ("X", "Y"), "the floor is turned by degrees about the world's x and y axis"),
        ("--pose", ("A", "SECOND", "JOINT", "X", "Y", "Z"), _POSE),
        (
            "--move",
            ("A", "SECOND", "X", "Y", "Z"),
            "the pelvis of A, and so all of A, is moved by meters then",
        ),
        (
            "--relax",
            ("A", "PART", "START", "END"),
            f"a part of A is relaxed then: {', '.join(RELAXED_PARTS)}",
        ),
        ("--until", ("SECOND",), "after --pose or --move: it is held from the one second to the other"),
        ("--ease", ("S",), "after --pose or --move: it comes and goes in so many seconds (0.2)"),
        ("--mute", ("N",), "the pose with this number in --list changes nothing for now"),
        ("--unmute", ("N",), "the pose with this number counts again"),
        ("--camera-file", ("FILE",), "the camera is this one, an .npz as `export --format camera` writes it"),
        ("--trim", ("START", "END"), "only this part of the footage is solved"),
        ("--remove", ("N",), "take back the edit that --list shows with this number"),
        ("--undo", (), "take back the last edit of who is who, or else of contacts, gaps, poses, the floor"),
        ("--clear", (), "take back all edits"),
    ):
        metavar = names or None
        group.add_argument(flag, nargs=len(names), metavar=metavar, action=_Step, default=argparse.SUPPRESS, help=help)
    add_progress(sub)


class _Step(argparse.Action):
    """Notes an edit in the order in which they were given."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        name, steps = self.option_strings[0].removeprefix("--"), namespace.steps
        if steps and steps[-1][0] in _AFTER.get(name, ()):
            *steps, (edit, given, parts) = steps
            namespace.steps = [*steps, (edit, given, {**parts, name: values[0]})]
        else:
            namespace.steps = [*steps, (name, values, {})]


def _edit(options: argparse.Namespace) -> None:
    from ..jobs.solve import solve_take
    from ..storage.journal import check_not_captured
    from ..storage.take_file import load_take

    take = load_take(options.take)
    if not (options.steps or options.list or options.suggest):
        raise EditError("There is nothing to edit.", "See `edit --help`, or try --suggest.")
    for name, values, parts in options.steps:
        edits = _changed(take, name, values, parts, options.force)
        for sentence in overruled(take.edits, edits):
            say(sentence)
        take = replace(take, edits=edits)
    if options.list:
        put("\n".join(_description(take)))
    if options.suggest:
        put("\n".join(_suggested(take)))
    if not options.steps:
        return
    if not take.edited_people:
        raise EditError("The edits leave nobody.", "Restore somebody.")
    out = options.out or options.take
    check_not_captured(out)

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        solve_take(take, out, listener, cancelled)
        say(f"-> {out}")

    interruptible(run, options.progress)


def _changed(take: Take, name: str, values: Sequence[str], parts: Mapping[str, str], force: bool) -> Edits:
    """The take's edits and one more.

    Args:
        parts: of the edit, as given after it.
    """
    edits, people, times = take.edits, take.people, take.footage.times
    if name == "clear":
        return Edits()
    if name == "undo":
        return _undone(take)
    if name == "remove":
        return _removed(take, values[0])
    if name == "floor":
        return replace(edits, floor=edits.floor.with_height(number(values[0])))
    if name == "floor-tilt":
        return replace(edits, floor=edits.floor.with_tilt(*map(number, values)))
    if name == "camera-file":
        return edits.with_camera(read_camera(values[0], take.footage), times)
    if name in ("mute", "unmute"):
        one = _listed(take, values[0])
        if one.kind != POSE:
            raise EditError(f"Edit {values[0]} is not a pose.", "Only poses can be muted.")
        return edits.changed_pose(one.index, muted=name == "mute")
    if name in _AFTER:
        owners = " or ".join(f"--{each}" for each in _AFTER[name])
        raise EditError(f"--{name} has nothing that it belongs to.", f"Give it right after {owners}.")
    if name == "trim":
        start, end = map(_second, values)
        if not start < end:
            raise EditError(f"The part from {start:.2f} to {end:.2f} s is empty.")
        return replace(edits, trim=(start, end))
    person = _id(take, values[0])
    if name in ("contact", "no-contact"):
        start, end = map(_second, values[2:4])
        level = number(parts["level"]) if "level" in parts else None
        contact = ContactEdit(person, values[1], start, end, name == "contact", level)
        return edits.with_contact(contact, people, times)
    if name in edit_poses.FLAGS:
        numbers = {each: _second(text) for each, text in parts.items()}
        pose = edit_poses.pose_of(name, person, _second(values[1]), values[2:], numbers)
        return edits.with_pose(pose, people, times)
    if name == "relax":
        return edits.with_relaxed(RelaxEdit(person, values[1], *map(_second, values[2:])), people, times)
    if name == "gap":
        return edits.with_gap(GapEdit(person, _second(values[1]), values[2]), people, times)
    if name == "floor-foot":
        return edits.with_floor_foot(FloorFoot(person, values[1], _second(values[2])), people, times)
    if name in ("delete", "restore", "rename"):
        known = [each.id for each in take.identified_people]
        if person not in known:
            raise EditError(f"The take has no person {person}.", f"It has {', '.join(map(str, known))}.")
        before = edits.person(person)
        after = PersonEdit(values[1], before.removed) if name == "rename" else replace(before, removed=name == "delete")
        return edits.with_person(person, after)
    if name == "split":
        return edits.with_operation(Split(person, _second(values[1]), edits.unused_id(people)), people, times)
    other = _id(take, values[1])
    if name == "swap":
        return edits.with_operation(Swap(person, other, _second(values[2])), people, times)
    if name == "assign":
        return edits.with_operation(Assign(person, other, *map(_second, values[2:])), people, times)
    merged = edits.with_operation(Merge(person, other), people, times)
    _check_merge(take, person, other, force)
    return merged


def _undone(take: Take) -> Edits:
    """Without the last edit of the first kind that there is."""
    all_made = list(made(take.edits))
    for kind in (OPERATION, CONTACT, GAP, POSE, RELAXED, CAMERA, FLOOR_TILT, FLOOR_HEIGHT, FLOOR_FOOT):
        if found := [each for each in all_made if each.kind == kind]:
            return without(take.edits, kind, found[-1].index, take.people, take.footage.times)
    raise EditError("There is no edit to take back.")


def _removed(take: Take, text: str) -> Edits:
    """Without the edit of this number in the list."""
    edit = _listed(take, text)
    return without(take.edits, edit.kind, edit.index, take.people, take.footage.times)


def _listed(take: Take, text: str) -> Made:
    """The edit of this number in the list. Raises EditError."""
    all_made = list(made(take.edits))
    if not (text.isdigit() and 1 <= int(text) <= len(all_made)):
        raise EditError(f'There is no edit "{text}".', "See --list for their numbers.")
    return all_made[int(text) - 1]


def _check_merge(take: Take, one: int, other: int, force: bool) -> None:
    from ..take.edits.identities import may_merge, shared_seconds

    seen = {each.id: each for each in take.identified_people}
    shared = shared_seconds(seen[one].observations, seen[other].observations, take.footage.times)
    if not may_merge(shared) and not force:
        raise EditError(
            f"{seen[one].name} and {seen[other].name} are seen at the same time for {shared:.2f} s.",
            f"Add --force to keep only {seen[one].name} there.",
        )


def _id(take: Take, text: str) -> int:
    """The id of a person who is named by id or name."""
    known = {each.id: take.edits.person(each.id).name or each.name for each in take.identified_people}
    if text.lstrip("-").isdigit():
        return int(text)
    for id, name in known.items():
        if name == text:
            return id
    listed = ", ".join(f'{id} ("{name}")' for id, name in known.items())
    raise EditError(f'The take has no person "{text}".', f"It has {listed}.")


def _second(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise EditError(f'"{text}" is not a moment in seconds.', "Write it like 1.25.") from None


def _description(take: Take) -> list[str]:
    times, edits = take.footage.times, take.edits
    lines = []
    for person in take.identified_people:
        seen = times[person.observations.frame_index]
        edit = edits.person(person.id)
        removed = ", removed" if edit.removed else ""
        lines.append(f"{person.id:<4}  {edit.name or person.name}, {seen[0]:.2f} to {seen[-1]:.2f} s{removed}")
        for start, end in gaps_of(person.observations, times):
            if end - start >= _GAP_S:
                lines.append(f"      not seen from {start:.2f} to {end:.2f} s")
    lines += [f"edit {number}  {_flags_of(each)}" for number, each in enumerate(made(edits), 1)]
    if edits.trim:
        lines.append(f"edit  --trim {edits.trim[0]:.2f} {edits.trim[1]:.2f}")
    return lines


def _flags_of(each: Made) -> str:
    if each.kind == CAMERA:
        return f"--camera-file (a camera of {len(each.edit.positions)} frames)"
    if each.kind == FLOOR_HEIGHT:
        return f"--floor {each.edit:.2f}"
    if each.kind == FLOOR_TILT:
        return f"--floor-tilt {each.edit[0]:.2f} {each.edit[1]:.2f}"
    return flags(each.edit)


def flags(edit: Any) -> str:
    """An edit as the option that makes it."""
    if isinstance(edit, ContactEdit):
        flag = "contact" if edit.stands else "no-contact"
        level = "" if edit.level is None else f" --level {edit.level:.2f}"
        return f"--{flag} {edit.person} {edit.foot} {edit.start:.2f} {edit.end:.2f}{level}"
    if isinstance(edit, GapEdit):
        return f"--gap {edit.person} {edit.second:.2f} {edit.decision}"
    if isinstance(edit, RelaxEdit):
        return f"--relax {edit.person} {edit.part} {edit.start:.2f} {edit.end:.2f}"
    if isinstance(edit, PoseEdit):
        return edit_poses.flags(edit)
    if isinstance(edit, FloorFoot):
        return f"--floor-foot {edit.person} {edit.foot} {edit.second:.2f}"
    values = [value for key, value in vars(edit).items() if key != "new"]
    texts = [str(value) if isinstance(value, int) else f"{value:.2f}" for value in values]
    return f"--{type(edit).__name__.lower()} {' '.join(texts)}"


def _suggested(take: Take) -> list[str]:
    from ..take.edits.suggestions import suggestions

    found = suggestions(replace(take.edits, trim=None).apply(take.people, take.footage.times), take.footage.times)
    lines = [
        f"{flags(each.operation) if each.operation else f'--delete {each.ghost}'}  {each.reason}" for each in found
    ]
    return lines or ["Nothing seems wrong with who is who."]
