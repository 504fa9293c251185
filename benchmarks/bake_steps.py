"""The longest step of making many characters, which blocks the window. Run with a Python that has bpy:

python benchmarks/bake_steps.py [--people 11] [--frames 600]

Processor seconds of this process: of the whole bake, and of its longest steps; first the characters are made, then they
are baked again.
"""

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "blender")]

import bpy  # noqa: E402
from takes import footage, make_take, motion  # noqa: E402

import addon  # noqa: E402
from addon.bake.take import bake_take_steps  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=11)
    parser.add_argument("--frames", type=int, default=600)
    options = parser.parse_args()
    addon.register()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    for what, seed in (("made", 0), ("again", 50)):
        motions = [motion(options.frames, seed + number) for number in range(options.people)]
        steps = bake_take_steps(bpy.context.scene, make_take(motions, footage(options.frames)), "Clip")
        taken, is_done = [], False
        while not is_done:
            start = time.process_time()
            is_done = next(steps, None) is None
            taken.append(time.process_time() - start)
        longest = " ".join(f"{1000 * each:.0f}" for each in sorted(taken)[:-6:-1])
        print(
            f"Blender {bpy.app.version_string}, {options.people} people x {options.frames} frames, {what}: "
            f"{sum(taken):.2f} s in {len(taken)} steps, the longest {longest} ms"
        )


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # Blender's own exit handlers may crash or hang in module form
