"""Whether a scene holds animation that a change of its frame rate would slow down or speed up."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import bpy


def is_animated(scene: bpy.types.Scene, besides: Collection[bpy.types.Object] = ()) -> bool:
    """True when something in the scene has keys, strips of actions, or strips in the sequencer.

    Args:
        besides: objects whose own keys do not count, nor those of their data.
    """
    return _has_strips(scene) or any(_has_keys(block) for block in _datablocks(scene, besides))


def _datablocks(scene: bpy.types.Scene, besides: Collection[bpy.types.Object]) -> Iterator[Any]:
    yield scene
    yield from _with_nodes(scene)
    if scene.world is not None:
        yield scene.world
        yield from _with_nodes(scene.world)
    for item in scene.objects:
        if item in besides:
            continue
        yield item
        if item.data is not None:
            yield item.data
            yield getattr(item.data, "shape_keys", None)
            yield from _with_nodes(item.data)
        for slot in item.material_slots:
            if slot.material is not None:
                yield slot.material
                yield from _with_nodes(slot.material)


def _with_nodes(block: Any) -> Iterator[Any]:
    """The nodes of a datablock; a scene's are its compositor, which has another name from 5.0 on."""
    for name in ("node_tree", "compositing_node_group"):
        tree = getattr(block, name, None)
        if tree is not None:
            yield tree


def _has_keys(block: Any) -> bool:
    animation = getattr(block, "animation_data", None)
    return animation is not None and (animation.action is not None or any(t.strips for t in animation.nla_tracks))


def _has_strips(scene: bpy.types.Scene) -> bool:
    editor = scene.sequence_editor
    if editor is None:
        return False
    return bool(editor.strips if hasattr(editor, "strips") else editor.sequences)  # renamed in 4.4
