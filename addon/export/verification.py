"""Exported files are read again by another Blender, and what they show is compared with what was meant.

The other process runs while the user goes on; a timer asks for its end. Nothing of Blender's data is held meanwhile.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..blender.redraw import redraw
from . import reimport
from .verdict import Verdict, verdict_on

if TYPE_CHECKING:
    from .character import Written

TICK_SECONDS = 0.2
START_SECONDS, SECONDS_PER_FRAME = 120.0, 0.5
log = logging.getLogger(__name__)
_running: list[Verification] = []


@dataclass
class Verification:
    """Files that are being read.

    Attributes:
        then: called once with a verdict per file, on Blender's main thread.
    """

    files: Sequence[Written]
    then: Callable[[Sequence[Verdict]], None]
    folder: Path
    deadline: float
    process: subprocess.Popen[bytes] | None = field(default=None)

    def poll(self) -> bool:
        """Whether it is over; then `then` was called."""
        assert self.process is not None
        if self.process.poll() is None and time.monotonic() < self.deadline:
            return False
        self.end()
        verdicts = [verdict_on(file, self._answer(index)) for index, file in enumerate(self.files)]
        shutil.rmtree(self.folder, ignore_errors=True)
        self.then(verdicts)
        return True

    def end(self) -> None:
        """End the process, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _answer(self, index: int) -> dict[str, Any]:
        try:
            answer = json.loads((self.folder / f"{index}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {"failure": "Blender ended while it read the file"}
        return answer if isinstance(answer, dict) else {}


def start(files: Sequence[Written], then: Callable[[Sequence[Verdict]], None], wait: bool) -> None:
    """Read the files in another process.

    Args:
        wait: return when it is over; else a timer notices the end.

    Raises:
        romp_core.errors.MocapError: the process cannot be started.
    """
    from romp_core.errors import MocapError

    folder = Path(tempfile.mkdtemp(prefix="romp_mocap-"))
    frames = sum(len(file.motions[0].heads) for file in files)
    job = Verification(files, then, folder, time.monotonic() + START_SECONDS + SECONDS_PER_FRAME * frames)
    try:
        _ask(files, folder)
        job.process = _launch(folder)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise MocapError(
            f"The file could not be verified ({error.strerror}).", "The export itself is finished."
        ) from error
    if wait:
        try:
            while not job.poll():
                time.sleep(0.02)
        finally:
            job.end()
        return
    _running.append(job)
    if not bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.register(_on_timer, first_interval=TICK_SECONDS, persistent=True)


def running() -> int:
    """How many files are being read."""
    return sum(len(job.files) for job in _running)


def stop() -> None:
    """End all of it without a verdict: the add-on is disabled."""
    for job in _running:
        job.end()
        shutil.rmtree(job.folder, ignore_errors=True)
    _running.clear()
    if bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.unregister(_on_timer)


def _on_timer() -> float | None:
    if bpy.app.is_job_running("RENDER"):  # a verdict changes data that a render in the background reads
        return TICK_SECONDS
    for job in list(_running):
        if job.poll():
            _running.remove(job)
            redraw()
    return TICK_SECONDS if _running else None


def _ask(files: Sequence[Written], folder: Path) -> None:
    """Write down what the files must show."""
    import numpy as np

    for index, file in enumerate(files):
        np.savez(folder / f"{index}.npz", **expected_arrays(file))


def expected_arrays(file: Written) -> dict[str, Any]:
    """What a file must show, for `reimport`: names of armatures, and of each the bones, positions and rotations, and
    shape keys that change."""
    import numpy as np

    arrays: dict[str, Any] = {
        "path": str(file.path),
        "format": file.format,
        "fps": file.motions[0].fps,
        "names": np.array([motion.name for motion in file.motions]),
    }
    for index, motion in enumerate(file.motions):
        arrays[f"bones_{index}"] = np.array(motion.bones)
        arrays[f"tops_{index}"] = np.array([motion.bones[top] for top in motion.tops])
        arrays[f"heads_{index}"], arrays[f"turns_{index}"] = motion.heads, motion.turns
        arrays[f"parents_{index}"], arrays[f"steps_{index}"] = motion.parents, motion.rest_steps()
        for number, morphs in enumerate(file.morphs[index] if file.morphs else ()):
            key = f"morphs_{index}_{number}"
            arrays[f"{key}_mesh"], arrays[f"{key}_names"] = morphs.mesh, np.array(morphs.names)
            arrays[f"{key}_values"] = morphs.values
    if file.format == "AMASS":
        from romp_core.geometry.skeleton import SMPL_PELVIS
        from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST

        arrays["pelvis"], arrays["smpl"] = SMPL_PELVIS, WORLD_FROM_SMPL_REST
    return arrays


def _launch(folder: Path) -> subprocess.Popen[bytes]:
    script = ["--", str(folder)]
    if bpy.app.binary_path:
        command = [bpy.app.binary_path, "--background", "--factory-startup", "--python", reimport.__file__, *script]
    else:  # Blender as a Python module
        command = [sys.executable, "-s", "-P", reimport.__file__, *script]
    settings = {"BLENDER_USER_RESOURCES": str(folder)}  # factory settings, whatever the user has installed
    with open(folder / "log.txt", "wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | settings,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
