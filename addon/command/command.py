"""`blender -c romp_mocap VIDEO -o OUT`: capture, characters, files, with an exit status."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bpy

from ..worker.outcome import Outcome
from . import outputs
from .arguments import NAME, parser, take_of
from .progress import Lines

_handle: Any = None


def execute(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit status: 0, 1 for an error, 2 for arguments that make no sense, 130 when
    cancelled.
    """
    from romp_core.cli.console import adapt
    from romp_core.cli.main import status_of

    adapt()
    try:
        options = parser().parse_args(list(arguments))
    except SystemExit as end:  # Blender is to end as after every command
        return int(end.code or 0)
    return status_of(lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    """Capture, make characters, write files. Raises MocapError."""
    from romp_core.cli.console import put, say
    from romp_core.cli.options import capture_settings, solve_settings
    from romp_core.cli.progress import interruptible
    from romp_core.errors import Cancelled, FootageError, MocapError
    from romp_core.take.settings import check

    from ..capture.operators import start_capture
    from ..capture.requirements import existing_footage
    from ..takes.summary import NEXT_STEPS

    capture, solve, take = check(capture_settings(options)), check(solve_settings(options)), take_of(options)
    outputs.check(options, take)
    source = existing_footage(os.path.abspath(options.source))

    def run(_: Any, cancelled: Callable[[], bool]) -> None:
        scene = _empty_scene()
        scene.romp_mocap.with_root, scene.romp_mocap.with_body = options.root_bone, not options.no_body
        take.parent.mkdir(parents=True, exist_ok=True)
        watch = Lines(cancelled)
        outcome = _finished(start_capture(scene, source, str(take), capture, solve, wait=True, watch=watch))
        if not scene.romp_mocap.takes or not scene.romp_mocap.takes[0].people:
            raise FootageError("Nobody was found in the footage.", "People should be seen whole and large enough.")
        say(outcome.text.removesuffix(NEXT_STEPS).strip())
        problems = []
        for output in options.out:
            if cancelled():
                raise Cancelled
            if problem := outputs.write(scene, output, options):
                problems.append(f"{output.path.name}: {problem}")
            put(str(output.path))
        if problems:
            raise MocapError(" ".join(problems), "The files are written.")

    interruptible(run, "none")


def _empty_scene() -> bpy.types.Scene:
    """A scene without what the startup file has in it, which would be captured's company in every file."""
    bpy.ops.wm.read_homefile(use_empty=True)
    scene = bpy.context.scene
    for item in list(scene.objects):  # a startup file of the user's
        bpy.data.objects.remove(item)
    return scene


def _finished(outcome: Outcome | None) -> Outcome:
    """The outcome of a capture that ran to its end. Raises MocapError of another one."""
    from romp_core.errors import Cancelled, MocapError

    if outcome is None or outcome.kind == "cancelled":
        kept = f"What was captured is in {Path(outcome.take)}." if outcome is not None and outcome.take else ""
        raise Cancelled("Cancelled.", kept)
    if outcome.kind == "failed":
        log = f" The log is {outcome.log}." if outcome.log else ""
        raise MocapError(outcome.sentence, f"{outcome.hint}{log}".strip())
    return outcome


def register() -> None:
    """Let Blender know the command."""
    global _handle
    _handle = bpy.utils.register_cli_command(NAME, execute)


def unregister() -> None:
    """Undo `register`."""
    global _handle
    if _handle is not None:
        bpy.utils.unregister_cli_command(_handle)
        _handle = None
