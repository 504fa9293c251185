"""What the solve in a take file found out about field of view and heights, as the panel tells it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..blender.paths import find_file
from . import take_record

if TYPE_CHECKING:
    from romp_core.take.estimates import Estimates

    from .properties import ROMP_MOCAP_PG_take


def fov_text(entry: ROMP_MOCAP_PG_take) -> str:
    """The field of view that nobody set, and its error; "" where it was set, or nothing is solved."""
    record, estimates = _estimates(entry)
    if estimates is None or estimates.fov.source == "user":
        return ""
    return f"auto {math.degrees(record['fov']):.0f}\u00b0, {estimates.fov.origin}"


def camera_text(entry: ROMP_MOCAP_PG_take) -> str:
    """How the camera moves, and what shows it; "" where nothing tells, or nothing is solved."""
    estimates = _estimates(entry)[1]
    return estimates.camera_origin if estimates else ""


def height_text(entry: ROMP_MOCAP_PG_take, person_id: int) -> str:
    """The height of a person, and its error; "" where nothing is solved."""
    estimates = _estimates(entry)[1]
    height = estimates.heights.get(person_id) if estimates else None
    if height is None:
        return ""
    return f"{'auto ' if height.source == 'estimated' else ''}{height.meters:.2f} m, {height.origin}"


def _estimates(entry: ROMP_MOCAP_PG_take) -> tuple[Mapping[str, Any], Estimates | None]:
    from romp_core.take.estimates import Estimates

    record = take_record.record(find_file(entry.path))
    found = record.get("estimates")
    return record, Estimates.from_mapping(found) if found else None
