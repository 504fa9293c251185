"""The demo: install the zip into this process's clean Blender profile, capture a video with the panel's own operator,
save and export everything, and draw a contact sheet. Started by `build_addon.py demo`."""

import argparse
import os
import sys
import traceback
from pathlib import Path

import bpy

MODULE = "bl_ext.user_default.romp_mocap"
MOMENTS = 12


def install(archive: Path) -> None:
    """Install and enable the extension as a user would, from its zip."""
    bpy.ops.extensions.package_install_files(
        filepath=str(archive), repo="user_default", enable_on_install=True, overwrite=True
    )
    if MODULE not in bpy.context.preferences.addons:
        raise SystemExit("Blender did not enable the extension")


def frames_at(video: Path, numbers: dict[int, int]) -> dict[int, object]:
    """Scene frame -> RGB image, for scene frame -> number of the frame in the footage."""
    from romp_core.footage import open_footage

    found: dict[int, object] = {}
    with open_footage(str(video)) as footage:
        for read in footage.frames():
            found |= {frame: read.image for frame, number in numbers.items() if number == read.source_frame}
            if len(found) == len(numbers):
                break
    return found


def moments(scene: bpy.types.Scene, take_path: Path) -> dict[int, int]:
    """A dozen scene frames spread over the take at which somebody is seen, with the nearest frame's number."""
    import numpy as np

    from romp_core.storage.take_file import load_take

    take = load_take(take_path)
    times = take.footage.times
    seen = np.unique(np.concatenate([person.motion.frame_index[person.motion.valid] for person in take.people]))
    rows = seen[np.unique(np.linspace(0, len(seen) - 1, MOMENTS).round().astype(int))]
    fps = scene.render.fps / scene.render.fps_base
    frames = scene.frame_start + np.round((times[rows] - times[0]) * fps).astype(int)
    return {int(frame): int(number) for frame, number in zip(frames, take.footage.source_frames[rows], strict=True)}


def run(options: argparse.Namespace) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    install(options.zip)
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    take = out / "take.npz"
    bpy.ops.romp_mocap.capture(filepath=str(options.video), out=str(take), model=options.model)
    scene = bpy.context.scene
    bpy.ops.wm.save_as_mainfile(filepath=str(out / "scene.blend"))
    for form in ("FBX", "GLB", "BVH"):
        bpy.ops.romp_mocap.export(
            filepath=str(out / f"character.{form.lower()}"), format=form, which="ALL", overwrite=True
        )

    sys.path.insert(0, str(Path(__file__).parent))
    from contact_sheet import contact_sheet

    contact_sheet(scene, frames_at(options.video, moments(scene, take)), out / "contact_sheet.png")
    for path in sorted(out.iterdir()):
        print(f"{path.stat().st_size / 1e6:8.2f} MB  {path.name}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("zip", "video", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--model", default="blazepose")
    try:
        run(parser.parse_args())
    except SystemExit as error:
        print(error, file=sys.stderr)
        return 1
    except RuntimeError as error:  # what operators report
        print(error, file=sys.stderr)
        return 1
    except Exception:  # noqa: BLE001 - the process must end by os._exit, with its traceback shown
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # Blender's own exit handlers may crash (4.2) or hang (4.5)
