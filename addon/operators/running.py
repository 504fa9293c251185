"""What operators that start a job have in common."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty

from .. import jobs


def wait_property() -> Any:
    """Operator property: return only when the work is done."""
    return BoolProperty(
        name="Wait",
        description="Return when the work is done; without a window this is always so",
        options={"SKIP_SAVE"},
    )


def must_wait(wished: bool) -> bool:
    """Timers do not run without a window."""
    return wished or bpy.app.background


def no_job(cls: type, context: bpy.types.Context) -> bool:
    """Poll of operators that start a job."""
    if jobs.current() is not None:
        cls.poll_message_set("Something is running: wait for it or cancel it first")
        return False
    return True


def scene_of(uid: int) -> bpy.types.Scene | None:
    """The scene in which a job was started; None when another file was loaded since."""
    return next((scene for scene in bpy.data.scenes if scene.session_uid == uid), None)


def push_undo(message: str) -> None:
    """An undo step of its own for what a finished job changed, since no operator runs then."""
    if bpy.app.background:
        return
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo_push(message=message)


def end_of_wait(operator: bpy.types.Operator, outcome: jobs.Outcome | None) -> set[str]:
    """Operator result for a job that was started (None), or waited for."""
    if outcome is None:
        return {"FINISHED"}
    if outcome.kind == "failed":
        operator.report({"ERROR"}, outcome.text)
        return {"CANCELLED"}
    if outcome.text:
        operator.report({"INFO"}, outcome.text)
    return {"FINISHED"}
