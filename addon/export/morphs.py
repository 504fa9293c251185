"""Shape keys that are animated: their values frame by frame, which glTF calls morph targets and FBX blend shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..bake.keys import LINEAR, Keys
from ..blender import compat
from ..blender.scratch import scratch_scene

if TYPE_CHECKING:
    from romp_core.typing import Array


@dataclass(frozen=True)
class Morphs:
    """The shape keys of a mesh that change.

    Attributes:
        mesh: name of the object. names: of the keys. values: (T, K), a row per frame.
    """

    mesh: str
    names: tuple[str, ...]
    values: Array


def sample_morphs(source: bpy.types.Scene, meshes: Iterable[bpy.types.Object], frames: tuple[int, int]) -> list[Morphs]:
    """The animated shape keys of these meshes as they are seen, drivers and strips included.

    Args:
        frames: first and last. Everything is afterwards as before.
    """
    import numpy as np

    found = list[Morphs]()
    for mesh in meshes:
        keys = mesh.data.shape_keys
        if keys is None or not _is_animated(keys):
            continue
        shown = np.empty((frames[1] - frames[0] + 1, len(keys.key_blocks)), np.float32)
        for row, seen in enumerate(_evaluated(source, mesh.data, range(frames[0], frames[1] + 1))):
            seen.key_blocks.foreach_get("value", shown[row])
        still = [key.value for key in keys.key_blocks]
        moving = [index for index in np.flatnonzero((shown != still).any(axis=0)) if index]  # 0 is the basis
        if moving:
            found.append(Morphs(mesh.name, tuple(keys.key_blocks[index].name for index in moving), shown[:, moving]))
    return found


def key_morphs(mesh: bpy.types.Object, morphs: Morphs, first: int) -> bpy.types.Action:
    """Let a mesh of its own shape keys show these values from the frame `first` on, and none of them before.

    Returns:
        the action, which is assigned.
    """
    import numpy as np

    keys = mesh.data.shape_keys
    keys.animation_data_clear()
    action = bpy.data.actions.new(mesh.name)
    channels = compat.own_channels(keys, action)
    frames = first - 1 + np.arange(len(morphs.values) + 1, dtype=np.float64)
    for name, column in zip(morphs.names, morphs.values.T, strict=True):
        path = f'key_blocks["{bpy.utils.escape_identifier(name)}"].value'
        values = np.concatenate([[0.0], column])
        Keys.at(frames, values, np.full(len(frames), LINEAR)).write(compat.ensure_fcurve(channels, path, 0, "Morphs"))
    compat.assign_action(keys, action)
    return action


def _is_animated(keys: bpy.types.Key) -> bool:
    animation = keys.animation_data
    return animation is not None and bool(animation.action or animation.nla_tracks or animation.drivers)


def _evaluated(source: bpy.types.Scene, mesh: bpy.types.Mesh, frames: Iterable[int]) -> Iterator[bpy.types.Key]:
    """The shape keys of a mesh as they are in each of these frames."""
    alone = bpy.data.objects.new("MoCap Evaluation", mesh)  # without modifiers, which take their time
    try:
        with scratch_scene("MoCap Evaluation", alone) as scene:
            scene.render.fps, scene.render.fps_base = source.render.fps, source.render.fps_base
            scene.view_layers[0].update()  # makes the depsgraph
            for frame in frames:
                scene.frame_set(frame)
                yield mesh.shape_keys.evaluated_get(scene.view_layers[0].depsgraph)
    finally:
        bpy.data.objects.remove(alone)
