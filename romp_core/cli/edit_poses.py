"""Poses on the command line: joints turned by degrees, and pelvises moved by meters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..errors import EditError
from ..geometry.rotations import quat_from_rotvec, quat_multiply
from ..take.edits import PoseEdit
from ..take.edits.poses import ROOT
from ..take.settings import EASE_S

FLAGS = ("pose", "move")
OPTIONS = ("until", "ease")


def pose_of(name: str, person: int, second: float, values: Sequence[str], numbers: Mapping[str, float]) -> PoseEdit:
    """The edit of `--pose` (joint and three angles) or `--move` (three distances). Raises EditError.

    Args:
        numbers: `until` and `ease`, where they were given.
    """
    x, y, z = map(number, values[-3:])
    seconds = (second, numbers["until"]) if "until" in numbers else (second,)
    ease = numbers.get("ease", EASE_S)
    if name == "move":
        return PoseEdit(person, seconds, shifts=((x, y, z),) * len(seconds), ease=ease)
    turn = np.array([1.0, 0.0, 0.0, 0.0])
    for axis, angle in enumerate((x, y, z)):  # about the joint's x axis first, as Blender's XYZ Euler
        turn = quat_multiply(quat_from_rotvec(np.radians(angle) * np.eye(3)[axis]), turn)
    w, i, j, k = map(float, turn)
    return PoseEdit(person, seconds, {values[0]: ((w, i, j, k),) * len(seconds)}, ease=ease)


def flags(edit: PoseEdit) -> str:
    """A pose as the options that make it, where it stays the same from its first to its last second; else in words."""
    first, last = edit.seconds[0], edit.seconds[-1]
    muted = "  (muted)" if edit.muted else ""
    several = (*edit.turns.values(), edit.shifts)
    if any(each != each[:1] * len(each) for each in several):
        joints = ", ".join(joint for joint in edit.joints if joint != ROOT)
        moved = " and the pelvis" * bool(edit.shifts)
        return f"{len(edit.seconds)} poses of {edit.person}, {first:.2f} to {last:.2f} s: {joints}{moved}{muted}"
    until = f" --until {last:.2f}" if len(edit.seconds) > 1 else ""
    parts = [f"--move {edit.person} {first:.2f} {_texts(edit.shifts[0], 3)}"] if edit.shifts else []
    parts += [
        f"--pose {edit.person} {first:.2f} {joint} {_texts(_angles(edit.turns[joint][0]), 1)}"
        for joint in edit.joints
        if joint != ROOT
    ]
    return " ".join(f"{part}{until} --ease {edit.ease:.2f}" for part in parts) + muted


def _angles(turn: Sequence[float]) -> Sequence[float]:
    """Angles of a quaternion about x, then y, then z, degrees."""
    w, x, y, z = turn
    sine = np.clip(2 * (w * y - z * x), -1, 1)
    about_x = np.arctan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
    about_z = np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return [float(each) for each in np.degrees([about_x, np.arcsin(sine), about_z])]


def _texts(values: Sequence[float], digits: int) -> str:
    return " ".join(f"{value + 0.0:.{digits}f}" for value in values)


def number(text: str) -> float:
    """The number that was written. Raises EditError."""
    try:
        return float(text)
    except ValueError:
        raise EditError(f'"{text}" is not a number.', "Write it like 0.25 or -0.25.") from None
