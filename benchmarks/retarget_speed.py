"""Speed of retargeting, against the bake of the same motion. Run with a Python that has bpy:

python benchmarks/retarget_speed.py [--frames 1800] [--families mixamo rigify ...]

CPU seconds of this process for the whole operator, the best of three: reading the rig, the transfer, planted feet, keys
and the report.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "blender")]

import bpy  # noqa: E402
from takes import footage, make_take  # noqa: E402

import addon  # noqa: E402
from addon.bake.take import BakeOptions, bake_take  # noqa: E402
from romp_core.storage.take_file import save_take  # noqa: E402
from tests.blender.retarget.characters import make_character  # noqa: E402


def best(work, times: int = 3) -> float:
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=1800)
    parser.add_argument("--families", nargs="+", default=["own", "mixamo", "ue5", "rigify"])
    options = parser.parse_args()

    addon.register()
    take = make_take(info=footage(options.frames))
    with tempfile.TemporaryDirectory() as folder:
        path = str(save_take(take, Path(folder) / "take.npz"))
        bpy.ops.wm.read_factory_settings(use_empty=True)
        scene = bpy.context.scene
        bake = best(lambda: bake_take(scene, take, "Clip", options=BakeOptions(with_body=False)))
        print(f"bake of our own character: {bake:.3f} s")
        for family in options.families:
            bpy.ops.wm.read_factory_settings(use_empty=True)
            rig = make_character(family, mesh=True)
            seconds = best(lambda name=rig.name: bpy.ops.romp_mocap.retarget(take=path, person=1, target=name))
            print(f"{family}: {seconds:.3f} s, {seconds / bake:.1f} times the bake")


if __name__ == "__main__":
    main()
