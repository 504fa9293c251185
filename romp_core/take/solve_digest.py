"""What a motion was solved for, as a short text: two solves of the same raw data with the same digest are the same."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .edits import Edits, FloorEdit
from .settings import SolveSettings, to_mapping

if TYPE_CHECKING:
    from .take import Take


def solve_digest(settings: SolveSettings, heights: Mapping[int, float | None], edits: Edits) -> str:
    """Digest of all that a solve depends on besides the raw data.

    Numbers count in single precision, as Blender keeps them; names and the heights of removed people do not count.

    Args:
        heights: meters by person id; None or 0 for the height of the settings.
    """
    removed = sorted(id for id, edit in edits.people.items() if edit.removed)
    kept = sorted((id, _single(height)) for id, height in heights.items() if height and id not in removed)
    trim = None if edits.trim is None else [_single(value) for value in edits.trim]
    values = _singles(to_mapping(settings))
    facts: list[Any] = [values, kept, removed, trim]
    if edits.operations or edits.contacts or edits.gaps:  # takes without them keep the digest that they had
        facts.append(_facts(*edits.operations, *edits.contacts, *edits.gaps))
    if edits.floor != FloorEdit():
        facts.append([_facts(*edits.floor.feet), [_single(each) for each in (edits.floor.height, *edits.floor.tilt)]])
    if poses := [each.to_mapping() for each in edits.poses if not each.muted]:
        facts.append(poses)
    if edits.camera is not None:
        facts.append(edits.camera.to_mapping())
    if edits.relaxed:
        facts.append(_facts(*edits.relaxed))
    content = json.dumps(facts, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:24]


def digest_of(take: Take) -> str:
    """The digest of a take's present settings, heights and edits, whatever its motion was solved for."""
    heights = {person.id: person.height for person in take.identified_people}
    return solve_digest(take.solve, heights, take.edits)


def _facts(*edits: Any) -> list[dict[str, Any]]:
    known = ({name: value for name, value in vars(each).items() if value is not None} for each in edits)
    return [_singles(values) | {"kind": type(each).__name__} for each, values in zip(edits, known, strict=True)]


def _single(value: Any) -> Any:
    return struct.unpack("<f", struct.pack("<f", value))[0] if isinstance(value, float) else value


def _singles(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _single(value) for name, value in values.items()}
