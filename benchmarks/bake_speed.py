"""Speed of the bake, against inserting keys frame by frame. Run with a Python that has bpy:

python benchmarks/bake_speed.py [--frames 1800]

CPU seconds of this process; the bake is the best of five, the slow way is run once, on all frames, and without moving
the scene's frame, as add-ons often do on top.
"""

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "blender")]

import bpy  # noqa: E402
import numpy as np  # noqa: E402
from takes import footage, make_take  # noqa: E402

import addon  # noqa: E402
from addon.bake import action as keys  # noqa: E402
from addon.bake.take import BakeOptions, bake_take  # noqa: E402
from addon.blender import scene_index  # noqa: E402
from romp_core.geometry.skeleton import JOINTS  # noqa: E402
from romp_core.take.resample import resample  # noqa: E402


def cpu_seconds(work) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def insert_keys(item: bpy.types.Object, rotations, root, count: int) -> None:
    """The usual way: set the pose, insert keys, next frame."""
    bones = [item.pose.bones[name] for name in JOINTS]
    for frame in range(count):
        for joint, bone in enumerate(bones):
            bone.rotation_quaternion = rotations[frame, joint]
            bone.keyframe_insert("rotation_quaternion", frame=frame + 1)
        bones[0].location = root[frame]
        bones[0].keyframe_insert("location", frame=frame + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=1800)
    options = parser.parse_args()

    addon.register()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    take = make_take(info=footage(options.frames))
    bake_take(bpy.context.scene, take, "Clip", options=BakeOptions(with_body=False))
    item = scene_index.find_object(bpy.context.scene, take.id, scene_index.ARMATURE, 1)
    motion = take.people[0].motion

    def bake() -> None:
        clip = resample(motion, take.footage)
        action = keys.ensure_action(bpy.context.scene, item, "Clip")
        keys.bake_action(item, action, clip, 1.0 + np.arange(len(clip.valid)))

    def fresh_bake() -> float:
        item.animation_data_clear()
        bpy.data.actions.remove(bpy.data.actions[0])
        return cpu_seconds(bake)

    bulk = min(fresh_bake() for _ in range(5))
    item.animation_data_clear()
    naive = cpu_seconds(lambda: insert_keys(item, motion.rotations, motion.root, options.frames))
    print(
        f"Blender {bpy.app.version_string}: {options.frames} frames x {len(JOINTS)} bones in {bulk:.3f} s; "
        f"keyframe_insert {naive:.2f} s; {naive / bulk:.0f} times faster"
    )


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # Blender's own exit handlers may crash or hang in module form
