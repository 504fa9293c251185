"""`demo`: a video in, characters out, through the very zip that a user would install."""

import shutil
from pathlib import Path

from . import blender, build, process, system
from .console import BuildError, heading, say
from .paths import PROFILES, ROOT
from .platforms import chosen

DEFAULT_VIDEO = ROOT / "tests" / "data" / "demo.mp4"
DEFAULT_OUT = Path("demo_output")
_DRIVER = ROOT / "tests" / "e2e" / "run_demo.py"


def demo(video: Path, out: Path, model: str, version: str | None) -> int:
    """Build the zip for this system and run the driver on it inside a clean Blender; returns the driver's exit status.

    Raises:
        BuildError: no such video, no usable Blender, or the zip could not be built.
    """
    video, out = video.resolve(), out.resolve()
    if not video.exists():
        raise BuildError(f"There is no video {video}.")
    system.ensure_libraries()
    interpreter = blender.python(version)
    (archive,) = build.build(chosen([]))
    heading(f"capturing {video.name} into {out}")
    profile = PROFILES / "demo"
    shutil.rmtree(profile, ignore_errors=True)
    profile.mkdir(parents=True)
    command: list[str | Path] = [
        interpreter,
        _DRIVER,
        "--zip",
        archive,
        "--video",
        video,
        "--out",
        out,
        "--model",
        model,
    ]
    status = process.run(command, env={"BLENDER_USER_RESOURCES": str(profile)})
    shutil.rmtree(profile, ignore_errors=True)
    say(f"results are in {out}" if status == 0 else f"the demo failed with status {status}")
    return status
