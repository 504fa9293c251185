"""How long a character takes to follow a setting in Blender: solve in the running worker, then bake. Needs bpy:

python benchmarks/live_update_speed.py [TAKE] [--minutes 1] [--repeats 10]

TAKE (default: a short capture in tests/data) is played forth and back to the length. Wall times of the whole way, from
the change of the property to the baked character; processor time of the bake, its reading of the take included.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

import bpy  # noqa: E402
import numpy as np  # noqa: E402
from mathutils import Euler  # noqa: E402

import addon  # noqa: E402
from addon.blender import scene_index  # noqa: E402
from addon.takes import characters, live_update, take_list  # noqa: E402
from addon.worker import jobs  # noqa: E402
from benchmarks.solve_speed import FPS, lengthened  # noqa: E402
from romp_core.solve import solve  # noqa: E402
from romp_core.storage.take_file import load_take, save_take  # noqa: E402

CHANGES = {"height": (1.5, 1.8), "strength": (0.4, 1.4), "tilt": (2.0, -2.0), "contacts": (False, True)}


def follow(entry, name: str, value) -> float:
    """Seconds from the change to the baked character; the timers of a window are called here."""
    start = time.perf_counter()
    setattr(entry.solve, name, value)
    live_update._solve_requested()
    while jobs.current() is not None:
        jobs._on_timer()
        time.sleep(0.002)
    return time.perf_counter() - start


def pose(scene, frame: int) -> float:
    """Seconds from the click on Keep Pose Fix to the baked character."""
    (item,) = scene_index.characters(scene)
    bpy.context.view_layer.objects.active = item
    scene.frame_set(frame)
    item.pose.bones["left_elbow"].rotation_quaternion.rotate(Euler((0.0, 0.0, 0.5)))
    bpy.context.view_layer.update()
    start = time.perf_counter()
    bpy.ops.romp_mocap.edit_pose()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("take", nargs="?", type=Path, default=ROOT / "tests" / "data" / "legacy_0.1.0_capture.npz")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--repeats", type=int, default=10)
    options = parser.parse_args()

    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon.register()
    live_update.must_wait = lambda requested: False  # as in a window
    bakes: list[float] = []
    make = characters.make_characters_steps

    def timed(*arguments, **keywords):
        start = time.process_time()
        remarks = yield from make(*arguments, **keywords)
        bakes.append(time.process_time() - start)
        return remarks

    characters.make_characters_steps = timed
    with tempfile.TemporaryDirectory() as folder:
        take = lengthened(load_take(options.take), round(options.minutes * 60 * FPS))
        path = save_take(solve(take), Path(folder) / "take.npz")
        scene = bpy.context.scene
        entry = take_list.add_take(scene, path)
        characters.make_characters(scene, entry, {item.person_id for item in entry.people})
        follow(entry, "tilt", 1.0)  # the worker starts, and solves all stages
        runs = {
            name: (lambda turn, name=name, values=values: follow(entry, name, values[turn % 2]))
            for name, values in CHANGES.items()
        }
        for name, run in {**runs, "pose": lambda turn: pose(scene, 30 * (turn + 1))}.items():
            bakes.clear()
            times = [run(turn) for turn in range(options.repeats)]
            whole, bake = (1000 * np.percentile(each, 95) for each in (times, bakes))
            print(f"{name:10} {whole:6.0f} ms; processor time of the bake {bake:4.0f} ms (95th percentiles)")
        jobs.stop()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # Blender's own exit handlers may crash or hang in module form
