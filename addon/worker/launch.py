"""What operators that start a job have in common."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty

from . import jobs
from .outcome import Outcome


def wait_property() -> Any:
    """Operator property: return only when the work is done."""
    return BoolProperty(
        name="Wait",
        description="Return when the work is done; without a window this is always so",
        options={"SKIP_SAVE"},
    )


def must_wait(requested: bool) -> bool:
    """Timers do not run without a window."""
    return requested or bpy.app.background


def no_job(cls: Any, context: bpy.types.Context) -> bool:
    """Poll of operators that start a job."""
    if jobs.current() is not None:
        cls.poll_message_set("A job is running: wait for it or cancel it first")
        return False
    return True


def end_of_wait(operator: Any, outcome: Outcome | None) -> set[str]:
    """Operator result for a job that was started (None), or waited for."""
    if outcome is None:
        return {"FINISHED"}
    if outcome.kind == "failed":
        operator.report({"ERROR"}, outcome.text)
        return {"CANCELLED"}
    if outcome.text:
        operator.report({"INFO"}, outcome.text)
    return {"FINISHED"}
