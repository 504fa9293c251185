"""Errors of the core become operator reports: one sentence and a hint."""

from __future__ import annotations

from typing import Any

import bpy

from . import scene_index
from .paths import printable


class Reporting:
    """Mixin of operators: `run` does the work and may raise MocapError.

    It returns a remark for the user, nothing, or an operator result.
    """

    def run(self, context: bpy.types.Context) -> str | set[str] | None:
        raise NotImplementedError

    def execute(self: Any, context: bpy.types.Context) -> set[str]:
        from romp_core.errors import MocapError

        try:
            _require_own(context.scene)
            result = self.run(context)
        except MocapError as error:
            self.report({"ERROR"}, printable(f"{error.sentence} {error.hint}".strip()))
            return {"CANCELLED"}
        if isinstance(result, str):
            self.report({"INFO"}, printable(result))
        return result if isinstance(result, set) else {"FINISHED"}


def _require_own(scene: bpy.types.Scene) -> None:
    """Raise TakeError in a scene of another file, in which nothing can be changed."""
    from romp_core.errors import TakeError

    if library := scene_index.library_of(scene):
        raise TakeError(f'The scene "{scene.name}" is linked from "{library}".', "Open that file, or make it local.")
