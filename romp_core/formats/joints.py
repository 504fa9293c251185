"""Joint positions of a take as plain arrays."""

from __future__ import annotations

from pathlib import Path

from ..storage.take_file import write_npz
from ..take.take import Take, joints_camera
from ..typing import Array
from .provenance import provenance_arrays


def export_joints(take: Take, out: Path) -> list[Path]:
    """One npz with every character i: `times_i` (T,) s, `valid_i` (T,), `joints_world_i` and `joints_camera_i`.

    Joints are (T, 24, 3) meters: world z up; camera x right, y down, z forward. Rows are frames of the footage. The
    strings of `provenance_arrays` say where they come from.
    """
    arrays: dict[str, Array] = {}
    for index, person in enumerate(take.characters):
        motion = person.motion
        assert motion is not None
        arrays[f"times_{index}"] = take.footage.times[motion.frame_index]
        arrays[f"valid_{index}"] = motion.valid
        arrays[f"joints_world_{index}"] = motion.joints()
        arrays[f"joints_camera_{index}"] = joints_camera(take, motion)
    return [write_npz(out, arrays | provenance_arrays(take))]
