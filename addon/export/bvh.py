"""BVH, written so that any reader finds what it expects: y up, facing +z, meters, rest pose without rotations.

Blender's own exporter writes z up, which every importer, Blender's included, would lay on its back.
Format: Meredith and Maddock, "Motion Capture File Formats Explained" (2001).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from romp_core.typing import Array

    from .motion import SampledMotion

_Y_UP = ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0))  # world (x, y, z) -> (x, z, -y)
_STILL_M = 1e-5  # bones that move less from their rest position carry no positions


def bvh_name(name: str) -> str:
    """A name that readers take for one word."""
    return "_".join(name.split())


def write_bvh(motion: SampledMotion, path: Path) -> None:
    """Write a motion whose bones have names of one word; scales of bones are left out."""
    import numpy as np

    motion, y_up = replace(motion, scales=None), np.array(_Y_UP)
    offsets = motion.rest_steps() @ y_up.T
    positions = motion.local_heads() @ y_up.T
    angles = np.degrees(_zxy_angles(y_up @ motion.local_turns() @ y_up.T))
    moves = np.abs(positions - offsets).max(axis=(0, 2)) > _STILL_M
    moves[motion.tops] = True
    lines = ["HIERARCHY", *_hierarchy(motion, offsets, y_up, moves)]
    lines += ["MOTION", f"Frames: {len(positions)}", f"Frame Time: {1.0 / motion.fps:.9f}"]
    channels = np.concatenate([positions, angles], axis=-1).reshape(len(positions), -1)
    written = np.repeat(np.stack([moves, np.ones_like(moves)], axis=-1).ravel(), 3)
    lines += [" ".join(f"{value:.6f}" for value in row) for row in channels[:, written]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _zxy_angles(turns: Array) -> Array:
    """Angles (..., 3) of rotations (..., 3, 3) = Rz(a) Rx(b) Ry(c), in radians."""
    import numpy as np

    sine = np.clip(turns[..., 2, 1], -1.0, 1.0)
    level = np.hypot(turns[..., 2, 0], turns[..., 2, 2])
    regular = level > 1e-6
    z = np.where(
        regular,
        np.arctan2(-turns[..., 0, 1], turns[..., 1, 1]),
        np.arctan2(turns[..., 1, 0], turns[..., 0, 0]),  # gimbal lock: all of it about z
    )
    y = np.where(regular, np.arctan2(-turns[..., 2, 0], turns[..., 2, 2]), 0.0)
    return np.stack([z, np.arctan2(sine, level), y], axis=-1)


def _hierarchy(motion: SampledMotion, offsets: Array, y_up: Array, moves: Array) -> list[str]:
    """The HIERARCHY lines. offsets (B, 3): head from the parent's head."""
    ends = (motion.rest[:, :3, 1] * motion.lengths[:, None]) @ y_up.T
    children: dict[int, list[int]] = {}
    for index, parent in enumerate(motion.parents.tolist()):
        children.setdefault(parent, []).append(index)
    lines: list[str] = []

    def write(index: int, depth: int) -> None:
        pad, below = "\t" * depth, children.get(index, [])
        lines.extend([f"{pad}{'JOINT' if depth else 'ROOT'} {motion.bones[index]}", f"{pad}{{"])
        lines.append(f"{pad}\tOFFSET {_vector(offsets[index])}")
        position = "6 Xposition Yposition Zposition" if moves[index] else "3"
        lines.append(f"{pad}\tCHANNELS {position} Zrotation Xrotation Yrotation")
        for child in below:
            write(child, depth + 1)
        if not below:
            lines.extend([f"{pad}\tEnd Site", f"{pad}\t{{", f"{pad}\t\tOFFSET {_vector(ends[index])}", f"{pad}\t}}"])
        lines.append(f"{pad}}}")

    for top in children[-1]:
        write(top, 0)
    return lines


def _vector(values: Array) -> str:
    return " ".join(f"{value:.6f}" for value in values)
