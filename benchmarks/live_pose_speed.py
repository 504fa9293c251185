"""Time to apply one live pose to an armature, without drawing. Run with a Python that has bpy:

python benchmarks/live_pose_speed.py

Processor milliseconds of this process per pose, median and 99th percentile of a thousand: our own character with its
body, and a rig of the Mixamo family that follows by its mapping.
"""

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "blender")]

import bpy  # noqa: E402
import numpy as np  # noqa: E402
from takes import motion  # noqa: E402

import addon  # noqa: E402
from addon.live.own_character import OwnCharacter  # noqa: E402
from addon.live.own_rig import OwnRig  # noqa: E402
from romp_core.bodies.build import built_fingers  # noqa: E402
from tests.blender.retarget.characters import make_character  # noqa: E402

POSES = 1000


def report(what: str, show) -> None:
    taken = []
    for row in range(POSES):
        start = time.process_time()
        assert show(row)
        taken.append(1000 * (time.process_time() - start))
    middle, most = np.percentile(taken, [50, 99])
    print(f"Blender {bpy.app.version_string}, {what}: {middle:.2f} ms, 99% under {most:.2f} ms")


def main() -> None:
    addon.register()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    moved, scene = motion(POSES), bpy.context.scene
    no_fingers, no_face = np.zeros((0, 3)), np.zeros(0)
    own = OwnCharacter(scene, 1, moved.rest_joints, np.zeros(0), no_fingers, False)
    report("own character", lambda row: own.show(moved.rotations[row], moved.root[row], no_face))
    rig, rest = OwnRig(scene, make_character("mixamo", pose="A")), (moved.rest_joints, no_fingers)
    report("Mixamo rig", lambda row: rig.show(moved.rotations[row], moved.root[row], no_face, *rest))
    fingers, face = built_fingers(np.zeros(0), 1.7), np.full(52, 0.5)
    turns = np.concatenate([moved.rotations, np.tile([1.0, 0.0, 0.0, 0.0], (POSES, 30, 1))], axis=1)
    whole = OwnCharacter(scene, 2, moved.rest_joints, np.zeros(0), fingers, True)
    report("own character with hands and face", lambda row: whole.show(turns[row], moved.root[row], face))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # Blender's own exit handlers may crash or hang in module form
