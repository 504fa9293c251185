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

import addon  # noqa: E402
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
    make = characters.make_characters

    def timed(*arguments, **keywords):
        start = time.process_time()
        remarks = make(*arguments, **keywords)
        bakes.append(time.process_time() - start)
        return remarks

    characters.make_characters = timed
    with tempfile.TemporaryDirectory() as folder:
        take = lengthened(load_take(options.take), round(options.minutes * 60 * FPS))
        path = save_take(solve(take), Path(folder) / "take.npz")
        scene = bpy.context.scene
        entry = take_list.add_take(scene, path)
        make(scene, entry, {item.person_id for item in entry.people})
        follow(entry, "tilt", 1.0)  # the worker starts, and solves all stages
        for name, values in CHANGES.items():
            bakes.clear()
            times = [follow(entry, name, values[turn % 2]) for turn in range(options.repeats)]
            whole, bake = (1000 * np.percentile(each, 95) for each in (times, bakes))
            print(f"{name:10} {whole:6.0f} ms; processor time of the bake {bake:4.0f} ms (95th percentiles)")
        jobs.stop()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # Blender's own exit handlers may crash or hang in module form
