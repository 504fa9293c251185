"""Reads exported files back and compares them with what was meant; in a Blender of its own, without the add-on.

    blender --background --factory-startup --python reimport.py -- FOLDER

Each `NAME.npz` in the folder says what a file must show, see `verification.expected_arrays`; what it shows is written
to `NAME.json`. This module imports nothing of the add-on, which is not enabled there.
"""

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import bpy

_WORST = 3  # of missing bones that are named


def compare(expected: Any) -> dict[str, Any]:
    """What a file shows: largest errors, frames, rate, clips, root bone, and sentences about what is wrong with it.

    The open file is replaced by an empty one.
    """
    import numpy as np

    if expected["format"] == "AMASS":
        return _compare_amass(expected)
    fps = float(expected["fps"])
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = max(round(fps), 1)
    scene.render.fps_base = scene.render.fps / fps
    counted = _read(str(expected["format"]), str(expected["path"]), scene)
    found: dict[str, Any] = {"frames": 0, "fps": 0.0, "clips": _clips(), "root_bone": "", "problems": []}
    armatures = {item.name: item for item in bpy.data.objects if item.type == "ARMATURE"}
    names = [str(name) for name in expected["names"]]
    if len(armatures) != len(names):
        found["problems"].append(f"The file has {len(armatures)} armatures instead of {len(names)}.")
    errors = []
    for index, name in enumerate(names):
        armature = armatures.get(name) or (list(armatures.values()) or [None])[0]
        if armature is not None:
            errors.append(_errors(scene, armature, expected, index, counted, found))
    found["max_error_morph"] = max(found.get("morph_errors", ()), default=0.0)
    found["max_error_mm"], found["max_error_deg"] = np.max(errors, axis=0).tolist() if errors else (0.0, 0.0)
    return found


_IMPORTERS = {
    "FBX": ("wm.fbx_import", "import_scene.fbx"),  # the first one that there is: Blender 4.5 has a new one
    "GLB": ("import_scene.gltf",),
    "BVH": ("import_anim.bvh",),
    "USD": ("wm.usd_import",),
}


def _importer(format: str) -> str:
    """Name of the operator that reads a format. Raises RuntimeError when this Blender has none."""
    for name in _IMPORTERS[format]:
        module, function = name.split(".")
        if function in dir(getattr(bpy.ops, module)):
            return name
    raise RuntimeError(f"this Blender has no importer for {format}")


def _read(format: str, path: str, scene: Any) -> float:
    """Import a file; returns how many frames of the scene a second of it takes."""
    name = _importer(format)
    module, function = name.split(".")
    options = {"update_scene_fps": True} if format == "BVH" else {}
    getattr(getattr(bpy.ops, module), function)(filepath=path, **options)
    if name == "import_scene.fbx":
        return float(scene.render.fps)  # this importer forgets fps_base: 29.97 is counted as 30
    return float(scene.render.fps / scene.render.fps_base)


def _errors(
    scene: Any, armature: Any, expected: Any, index: int, counted: float, found: dict[str, Any]
) -> tuple[float, float]:
    """Largest distance in mm and angle in degrees of one armature; the rest goes into `found`."""

    import numpy as np

    bones = [str(name) for name in expected[f"bones_{index}"]]
    problems = found["problems"]
    missing = [name for name in bones if name not in armature.pose.bones]
    if missing:
        problems.append(f"The file lacks {len(missing)} bones: {', '.join(missing[:_WORST])}.")
        return 0.0, 0.0
    tops = [bone.name for bone in armature.data.bones if bone.parent is None]
    found["root_bone"] = tops[0] if len(tops) == 1 else ""
    if sorted(tops) != sorted(str(name) for name in expected[f"tops_{index}"]):
        problems.append(f"The file's root bone is {', '.join(tops)}.")
    action = _play(armature.animation_data)
    if action is None:
        problems.append("The file has no animation.")
        return 0.0, 0.0
    first, last = action.frame_range
    heads, turns = expected[f"heads_{index}"], expected[f"turns_{index}"]
    fps, count = float(expected["fps"]), len(heads)
    keys = _most_keys(action)
    seconds = (last - first) / counted
    found["frames"] = round(seconds * fps) + 1
    found["fps"] = (keys - 1) / seconds if keys > 2 and seconds > 0 else fps
    shown = [_posed(scene, armature, bones, first + row * counted / fps) for row in range(count)]
    heads_shown, axes = (np.array(part) for part in zip(*shown, strict=True))
    rest = orthonormal(np.array(armature.matrix_world)[:3, :3] @ _rest(armature, bones))
    turns_shown = orthonormal(axes) @ np.swapaxes(rest, -1, -2)
    times = [first + row * counted / fps for row in range(count)]
    found.setdefault("morph_errors", []).extend(_morph_errors(scene, armature, expected, index, times, problems))
    distance = np.linalg.norm(heads_shown - heads, axis=-1).max()
    return float(distance * 1000), float(degrees_between(turns_shown, turns).max())


def _morph_errors(
    scene: Any, armature: Any, expected: Any, index: int, times: list[float], problems: list[str]
) -> list[float]:
    """Largest error of the shape keys of each mesh of one character, in these (fractional) frames."""
    import numpy as np

    errors, number = list[float](), 0
    while f"morphs_{index}_{number}_mesh" in expected:
        mesh, names, values = (expected[f"morphs_{index}_{number}_{part}"] for part in ("mesh", "names", "values"))
        number += 1
        keys = _keys_with([str(name) for name in names], str(mesh), armature)
        if keys is None:
            problems.append(f"The file lacks shape keys of {mesh}.")
            continue
        _play(keys.animation_data)
        shown = np.empty(values.shape)
        for row, frame in enumerate(times):
            _go_to(scene, frame)
            blocks = keys.evaluated_get(bpy.context.evaluated_depsgraph_get()).key_blocks
            shown[row] = [blocks[str(name)].value for name in names]
        errors.append(float(np.abs(shown - values).max()))
    return errors


def _keys_with(names: list[str], mesh: str, armature: Any) -> Any | None:
    """The shape keys of a mesh that has them all: best one on this armature, with a name like this."""
    meshes = [item for item in bpy.data.objects if item.type == "MESH" and item.data.shape_keys is not None]
    fitting = [item for item in meshes if set(names) <= set(item.data.shape_keys.key_blocks.keys())]
    fitting.sort(key=lambda item: (item.parent != armature, item.name != mesh, not item.name.startswith(mesh)))
    return fitting[0].data.shape_keys if fitting else None


def _go_to(scene: Any, frame: float) -> None:
    whole = math.floor(frame + 1e-4)
    scene.frame_set(whole, subframe=max(0.0, frame - whole))


def _play(animation: Any) -> Any | None:
    """The action of an armature, and let it play: of several clips in a file, the glTF importer plays only one."""
    if animation is None:
        return None
    strips = [strip for track in animation.nla_tracks for strip in track.strips]
    if animation.action is None and strips:
        action, slot = strips[0].action, getattr(strips[0], "action_slot", None)
        animation.action = action
        if slot is not None:
            animation.action_slot = slot
    for track in animation.nla_tracks:
        track.mute = True
    return animation.action


def _posed(scene: Any, armature: Any, bones: list[str], frame: float) -> tuple[Any, Any]:
    """Heads (B, 3) and axes (B, 3, 3) of bones in the world at a frame."""

    import numpy as np

    _go_to(scene, frame)
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    matrices = np.array(evaluated.matrix_world) @ np.array([evaluated.pose.bones[name].matrix for name in bones])
    return matrices[:, :3, 3], matrices[:, :3, :3]


def _rest(armature: Any, bones: list[str]) -> Any:
    import numpy as np

    return np.array([armature.data.bones[name].matrix_local for name in bones])[:, :3, :3]


def orthonormal(axes: Any) -> Any:
    """Matrices (..., 3, 3) without scale and shear: the second column keeps its direction, handedness stays."""

    import numpy as np

    x, y, z = (axes[..., column] for column in range(3))
    y = y / np.linalg.norm(y, axis=-1, keepdims=True)
    x = x - y * (x * y).sum(axis=-1, keepdims=True)
    x = x / np.linalg.norm(x, axis=-1, keepdims=True)
    side = np.cross(x, y)
    return np.stack([x, y, side * np.sign((side * z).sum(axis=-1, keepdims=True))], axis=-1)


def degrees_between(a: Any, b: Any) -> Any:
    """Angles (...) between rotations (..., 3, 3): from the chord, which is exact for small angles."""

    import numpy as np

    chord = np.linalg.norm(np.swapaxes(a, -1, -2) @ b - np.eye(3), axis=(-1, -2)) / np.sqrt(8.0)
    return np.degrees(2.0 * np.arcsin(np.clip(chord, 0.0, 1.0)))


def _channels(action: Any) -> list[Any]:
    """Holders of an action's f-curves: one per slot from 4.4 on."""
    if not hasattr(action, "slots"):
        return [action]
    return [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]


def _clips() -> int:
    """How many motions of bones the file brought."""
    bags = [bag for action in bpy.data.actions for bag in _channels(action)]
    return sum(any(curve.data_path.startswith("pose.bones") for curve in bag.fcurves) for bag in bags)


def _most_keys(action: Any) -> int:
    return max(len(curve.keyframe_points) for bag in _channels(action) for curve in bag.fcurves)


def _compare_amass(expected: Any) -> dict[str, Any]:
    """The same for arrays: joints by forward kinematics over the character's own rest pose."""

    import numpy as np

    found: dict[str, Any] = {"clips": 1, "root_bone": str(expected["tops_0"][0]), "problems": []}
    with np.load(str(expected["path"]), allow_pickle=False) as file:
        vectors = file["poses"].reshape(len(file["poses"]), -1, 3)
        pelvis = file["trans"] + expected["pelvis"]
        found["frames"], found["fps"] = len(vectors), float(file["mocap_framerate"])
    heads, turns = np.empty_like(expected["heads_0"]), np.empty_like(expected["turns_0"])
    steps, to_rest = expected["steps_0"], expected["smpl"].T  # world axes -> SMPL axes of the rest pose
    for joint, parent in enumerate(expected["parents_0"]):
        own = _from_vectors(vectors[:, joint])
        turns[:, joint] = own if parent < 0 else turns[:, parent] @ own
        step = to_rest @ steps[joint]
        heads[:, joint] = pelvis if parent < 0 else heads[:, parent] + turns[:, parent] @ step
    found["max_error_mm"] = float(np.linalg.norm(heads - expected["heads_0"], axis=-1).max() * 1000)
    found["max_error_deg"] = float(degrees_between(turns @ to_rest, expected["turns_0"]).max())
    return found


def _from_vectors(vectors: Any) -> Any:
    """Rotation vectors (T, 3) -> matrices (T, 3, 3), by Rodrigues' formula."""

    import numpy as np

    angles = np.linalg.norm(vectors, axis=-1)[:, None, None]
    x, y, z = (vectors / np.maximum(angles[..., 0], 1e-12)).T
    zero = np.zeros_like(x)
    cross = np.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]]).transpose(2, 0, 1)
    return np.eye(3) + np.sin(angles) * cross + (1.0 - np.cos(angles)) * cross @ cross


def main(folder: Path) -> None:
    """Answer every question in the folder."""

    import numpy as np

    for question in sorted(folder.glob("*.npz")):
        with np.load(question, allow_pickle=False) as expected:
            try:
                found = compare(expected)
            except Exception as error:  # noqa: BLE001 - whatever an importer raises is the answer
                found = {"failure": (str(error).strip().splitlines() or [type(error).__name__])[-1]}
        unfinished = question.with_suffix(".tmp")
        unfinished.write_text(json.dumps(found), encoding="utf-8")
        os.replace(unfinished, question.with_suffix(".json"))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[sys.argv.index("--") + 1]))
    finally:
        sys.stderr.flush()
        os._exit(0)  # some Blenders crash or hang in their exit handlers
