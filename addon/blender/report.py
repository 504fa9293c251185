"""What was measured last about a motion: a plain dictionary on its action and the scene, with sections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

REPORT = "romp_mocap_report"
"""Custom property of actions and scenes."""


def sections(datablock: bpy.types.ID | None) -> dict[str, Any]:
    """All sections of the report on an action or a scene, {} where there is none."""
    kept: Any = datablock.get(REPORT) if datablock is not None else None
    return kept.to_dict() if hasattr(kept, "to_dict") else {}


def section(datablock: bpy.types.ID | None, name: str) -> dict[str, Any]:
    """One section, {} where there is none."""
    found = sections(datablock).get(name, {})
    return found if isinstance(found, dict) else {}


def update(datablock: bpy.types.ID, name: str, values: Mapping[str, Any]) -> None:
    """Replace one section; others stay. What is linked from another file stays as it is.

    Args:
        values: numbers, strings, booleans, and lists and dictionaries of them.
    """
    if datablock.library is None:
        datablock[REPORT] = {**sections(datablock), name: dict(values)}


def remove(datablock: bpy.types.ID, name: str) -> None:
    """Forget one section: what it says is about something that is no more."""
    kept = sections(datablock)
    if datablock.library is None and kept.pop(name, None) is not None:
        datablock[REPORT] = kept
