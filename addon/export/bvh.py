"""BVH, written so that any reader finds what it expects: y up, facing +z, meters, rest pose without rotations.

Blender's own exporter writes z up, which every importer, Blender's included, would lay on its back.
Format: Meredith and Maddock, "Motion Capture File Formats Explained" (2001).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from romp_core.typing import Array

_Y_UP = ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0))  # world (x, y, z) -> (x, z, -y)
_STILL_M = 1e-5  # bones that move less from their rest position carry no positions


def write_bvh(scene: bpy.types.Scene, armature: bpy.types.Object, path: Path, frames: tuple[int, int]) -> None:
    """Write the armature's motion as it is seen in the scene, constraints included."""
    import numpy as np

    bones = _parents_first(armature)
    rest, tails = _rest(armature, bones)
    count = frames[1] - frames[0] + 1
    channels = np.zeros((count, len(bones), 6))
    for row in range(count):
        scene.frame_set(frames[0] + row)
        channels[row] = _pose(armature, bones, rest)
    offsets = _offsets(bones, rest)
    shifted = np.abs(channels[..., :3] - offsets).max(axis=(0, 2)) > _STILL_M
    moves = [bone.parent is None or bool(shifts) for bone, shifts in zip(bones, shifted, strict=True)]
    lines = ["HIERARCHY", *_hierarchy(bones, offsets, tails - rest[:, :3, 3], moves)]
    lines += ["MOTION", f"Frames: {count}", f"Frame Time: {scene.render.fps_base / scene.render.fps:.9f}"]
    written = np.array([[moving] * 3 + [True] * 3 for moving in moves]).ravel()
    lines += [" ".join(f"{value:.6f}" for value in row) for row in channels.reshape(count, -1)[:, written]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _parents_first(armature: bpy.types.Object) -> list[bpy.types.Bone]:
    """Bones in the order of the file: each branch to its end."""
    ordered: list[bpy.types.Bone] = []

    def walk(bone: bpy.types.Bone) -> None:
        ordered.append(bone)
        for child in bone.children:
            walk(child)

    for bone in armature.data.bones:
        if bone.parent is None:
            walk(bone)
    return ordered


def _axes(armature: bpy.types.Object) -> Array:
    """Armature space -> y-up file space, 4 x 4."""
    import numpy as np

    turn = np.eye(4)
    turn[:3, :3] = _Y_UP
    return turn @ np.array(armature.matrix_world)


def _rest(armature: bpy.types.Object, bones: list[bpy.types.Bone]) -> tuple[Array, Array]:
    """Rest matrices (n, 4, 4) and tails (n, 3) in file space."""
    import numpy as np

    axes = _axes(armature)
    tails = np.array([[*bone.tail_local, 1.0] for bone in bones]) @ axes.T
    return axes @ np.array([bone.matrix_local for bone in bones]), tails[:, :3]


def _offsets(bones: list[bpy.types.Bone], rest: Array) -> Array:
    """Rest position of each bone from its parent's, or from the origin, in file space (n, 3)."""
    index_of = _indices(bones)
    heads = rest[:, :3, 3]
    parents = [heads[index_of[bone.parent.name]] if bone.parent else heads[0] * 0.0 for bone in bones]
    return heads - parents


def _pose(armature: bpy.types.Object, bones: list[bpy.types.Bone], rest: Array) -> Array:
    """Positions from the parent in its turned axes, and rotations as Z, X, Y angles in degrees: (n, 6)."""
    import numpy as np
    from mathutils import Matrix

    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    posed = _axes(evaluated) @ np.array([evaluated.pose.bones[bone.name].matrix for bone in bones])
    heads = posed[:, :3, 3]
    # The turn since the rest pose; scale, the object's included, drops out in pure rotations.
    turns = _rotations(posed) @ np.swapaxes(_rotations(rest), 1, 2)
    index_of = _indices(bones)
    out = np.zeros((len(bones), 6))
    for index, bone in enumerate(bones):
        position, turn = heads[index], turns[index]
        if bone.parent is not None:
            parent = index_of[bone.parent.name]
            position = turns[parent].T @ (position - heads[parent])
            turn = turns[parent].T @ turn
        angles = Matrix(turn.tolist()).to_euler("YXZ")  # Blender's order names the first applied axis first
        out[index] = *position, *np.degrees((angles.z, angles.x, angles.y))
    return out


def _indices(bones: list[bpy.types.Bone]) -> dict[str, int]:
    return {bone.name: index for index, bone in enumerate(bones)}


def _rotations(matrices: Array) -> Array:
    """Upper left 3 x 3 parts without scale."""
    import numpy as np

    parts = matrices[:, :3, :3]
    return parts / np.linalg.norm(parts, axis=1, keepdims=True)


def _hierarchy(bones: list[bpy.types.Bone], offsets: Array, ends: Array, moves: list[bool]) -> list[str]:
    """The HIERARCHY lines. offsets, ends (n, 3): head from the parent's head, tail from the own head."""
    index_of = _indices(bones)
    lines: list[str] = []

    def write(bone: bpy.types.Bone, depth: int) -> None:
        index, pad = index_of[bone.name], "\t" * depth
        lines.extend([f"{pad}{'JOINT' if bone.parent else 'ROOT'} {_identifier(bone.name)}", f"{pad}{{"])
        lines.append(f"{pad}\tOFFSET {_vector(offsets[index])}")
        position = "6 Xposition Yposition Zposition" if moves[index] else "3"
        lines.append(f"{pad}\tCHANNELS {position} Zrotation Xrotation Yrotation")
        for child in bone.children:
            write(child, depth + 1)
        if not bone.children:
            lines.extend([f"{pad}\tEnd Site", f"{pad}\t{{", f"{pad}\t\tOFFSET {_vector(ends[index])}", f"{pad}\t}}"])
        lines.append(f"{pad}}}")

    for bone in bones:
        if bone.parent is None:
            write(bone, 0)
    return lines


def _vector(values: Array) -> str:
    return " ".join(f"{value:.6f}" for value in values)


def _identifier(name: str) -> str:
    return "_".join(name.split())
