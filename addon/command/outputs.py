"""Writing what a capture made: the open scene as a .blend, and its characters for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

import bpy

from ..blender import scene_index
from ..export import targets
from .arguments import Output, preset_of

_PREFIX = "Error: "  # before the sentences of operators


def check(options: argparse.Namespace, take: Path) -> None:
    """Raise SettingsError or TakeError for what could not be written after all the work."""
    from romp_core.errors import TakeError

    for output in options.out:
        if output.format:
            preset_of(options, output.format)
    paths = [take, *(output.path for output in options.out)]
    if len(set(paths)) < len(paths):
        raise TakeError("Two files have one name.", "Name each file differently.")
    taken = [path.name for path in paths if path.exists()]
    if taken and not options.overwrite:
        raise TakeError(f"There is already a file {', '.join(taken)}.", "Choose another name, or add --overwrite.")


def write(scene: bpy.types.Scene, output: Output, options: argparse.Namespace) -> str:
    """Write one of the files; returns a sentence about what could not be verified, "" else.

    Raises:
        romp_core.errors.TakeError: it cannot be written.
    """
    from romp_core.errors import TakeError

    try:
        if output.format:
            return _export(scene, output, options)
        output.path.parent.mkdir(parents=True, exist_ok=True)
        bpy.ops.wm.save_as_mainfile(filepath=str(output.path), check_existing=False)
    except RuntimeError as error:  # what an operator reports
        raise TakeError(str(error).strip().removeprefix(_PREFIX)) from error
    except OSError as error:
        raise TakeError(f'"{output.path}" could not be written ({error.strerror}).') from error
    return ""


def _export(scene: bpy.types.Scene, output: Output, options: argparse.Namespace) -> str:
    """One character to the file as it is named; of several, each one's name is added."""
    people = list(scene_index.characters(scene))
    if len(people) == 1:
        bpy.context.view_layer.objects.active = people[0]
    bpy.ops.romp_mocap.export(
        filepath=str(output.path),
        preset=preset_of(options, output.format),
        format=output.format,
        which=targets.ACTIVE if len(people) == 1 else targets.CHARACTERS,
        one_file=options.one_file,
        verify=not options.no_verify,
        overwrite=options.overwrite,
    )
    report = scene.get("romp_mocap_report", {})
    verdict = report["export"].to_dict() if not options.no_verify and "export" in report else {}
    return " ".join(verdict["problems"]) if verdict and not verdict["ok"] else ""
