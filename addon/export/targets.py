"""Whom an export means, and what their files are called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy

from ..blender import scene_index
from ..blender.paths import blend_folder, file_name, target_file
from ..takes import take_list
from .preflight import is_animated
from .presets import FORMATS

ACTIVE, SELECTED, CHARACTERS, ALL = "ACTIVE", "SELECTED", "CHARACTERS", "ALL"
_USD = (".usd", ".usda", ".usdc", ".usdz")


def targets(context: bpy.types.Context, which: str) -> list[bpy.types.Object]:
    """The armatures that the user means: characters of takes, and any other rig.

    Raises:
        romp_core.errors.TakeError: there are none.
    """
    from romp_core.errors import TakeError

    scene = context.scene
    if which == ACTIVE:
        active = _rig_of(context.view_layer.objects.active, scene) or _listed(scene)
        found = [active] if active is not None else []
    elif which == SELECTED:
        rigs = [_rig_of(item, scene) for item in context.view_layer.objects.selected]
        found = list(dict.fromkeys(rig for rig in rigs if rig is not None))
    else:
        found = list(scene_index.characters(scene))
        if which == ALL:
            others = [item for item in scene.objects if item.type == "ARMATURE" and item not in found]
            found += [item for item in others if is_animated(item)]
    if not found and which in (ACTIVE, SELECTED):
        raise TakeError("No character is selected.", "Select one, or export all characters.")
    if not found:
        raise TakeError("There is no animated character in the scene.", "Make characters of a take first.")
    return found


def files_of(
    armatures: Sequence[bpy.types.Object], filepath: str, format: str, which: str, one_file: bool
) -> list[tuple[Path, list[bpy.types.Object]]]:
    """Paths of the files, and who is in each. The name of the character is added where there can be several.

    Args:
        filepath: of a file, with or without suffix, or of a folder; may be relative to the .blend.
    """
    target = Path(target_file(filepath))
    suffix = FORMATS[format][1]
    if format == "USD" and target.suffix.lower() in _USD:
        suffix = target.suffix
    if target.suffix.lower() in (*(each[1] for each in FORMATS.values()), *_USD):
        target = target.with_suffix("")
    folder, stem = (target, "") if target.is_dir() else (target.parent, target.name)
    if one_file:
        return [(folder / f"{stem or file_name(armatures[0].name, 'character')}{suffix}", list(armatures))]
    is_several = which in (CHARACTERS, ALL) or len(armatures) > 1
    files: list[tuple[Path, list[bpy.types.Object]]] = []
    for armature in armatures:
        name = stem
        if is_several or not stem:
            own = file_name(armature.name, "character")
            name = own if own.startswith(f"{stem} ") else f"{stem} {own}".strip()  # "Clip Person 1" names its clip
        while any(path.name.lower() == f"{name}{suffix}".lower() for path, _ in files):
            name += "_"  # "a/b" and "a:b" are different characters
        files.append((folder / f"{name}{suffix}", [armature]))
    return files


def suggested(context: bpy.types.Context, which: str, latest: str) -> str:
    """A path to begin with: named by the one character that is meant, or by the take of several.

    Args:
        latest: path of the latest export, whose folder is offered again; "" for the first one.
    """
    from romp_core.errors import TakeError

    folder = Path(target_file(latest)).parent if latest else Path(blend_folder() or Path.home())
    try:
        found = targets(context, which)
    except TakeError:  # the export itself says so
        return str(folder / "character")
    entry = take_list.active_take(context.scene)
    name = found[0].name if len(found) == 1 else entry.name if entry is not None else "characters"
    return str(folder / file_name(name, "character"))


def _rig_of(item: bpy.types.Object | None, scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The armature that an object is, or hangs on."""
    if item is None:
        return None
    character = scene_index.character_of(item, scene)
    if character is not None:
        return character
    return item if item.type == "ARMATURE" else item.find_armature()


def _listed(scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The character of the person that is selected in the list of people."""
    entry, person = take_list.active_take(scene), take_list.active_person(scene)
    if entry is None or person is None:
        return None
    return scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, person.person_id)
