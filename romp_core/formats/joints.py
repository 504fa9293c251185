"""Joint positions of a take as plain arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..geometry.face_units import FACE_UNITS
from ..geometry.fingers import N_FINGERS
from ..solve.contacts.soles import standing_parts
from ..storage.take_file import write_npz
from ..take.sources import SOURCES
from ..take.take import Take, joints_camera
from ..typing import Array
from .provenance import provenance_arrays


def export_joints(take: Take, out: Path) -> list[Path]:
    """One npz with every character i: `times_i` (T,) s, `valid_i` (T,), `joints_world_i` and `joints_camera_i`.

    Where hands were captured also `hands_world_i` (T, 30, 3), the finger joints of SMPL-H, left hand first,
    `tips_world_i` (T, 10, 3), and `hands_valid_i` (T, 2): left and right hand are seen.

    Where the face was captured also `face_i` (T, 52), coefficients 0 to 1 of ARKit's units, whose names are in
    `face_names`, and `face_valid_i` (T,): the face is seen.

    `confidence_i` (T, 24) in 0..1 says how well each joint is known, and `source_i` (T, 24) where it is from, a
    number in `source_names`: measured, interpolated, infilled, held, hidden or edited. Older solves have neither.

    `contacts_i` (T, 4) says whether left heel, left ball, right heel and right ball of the foot stand.

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
        arrays[f"contacts_{index}"] = standing_parts(motion, take.footage.times)
        if len(motion.source):
            arrays[f"confidence_{index}"], arrays[f"source_{index}"] = motion.confidence, motion.source
            arrays["source_names"] = np.array(SOURCES)
        if motion.has_fingers:
            points = motion.finger_points()
            arrays[f"hands_world_{index}"] = points[:, :N_FINGERS]
            arrays[f"tips_world_{index}"] = points[:, N_FINGERS:]
            arrays[f"hands_valid_{index}"] = motion.valid[:, None] & (motion.hand_confidence > 0)
        if motion.has_face:
            arrays[f"face_{index}"] = motion.face
            arrays[f"face_valid_{index}"] = motion.valid & (motion.face_confidence > 0)
            arrays["face_names"] = np.array(FACE_UNITS)
    return [write_npz(out, arrays | provenance_arrays(take))]
