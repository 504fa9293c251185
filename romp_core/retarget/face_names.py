"""Which shape keys of somebody's head are ARKit's face units, whatever a program made of their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..geometry.face_units import FACE_UNITS

_SEPARATORS = re.compile(r"[\s._:|-]+")
_SIDE = re.compile(r"(?P<unit>.*[a-z])(?P<side>[LR])")
_SIDES = {"l": "left", "r": "right"}
_UNITS = {name.lower(): name for name in FACE_UNITS}


def find_units(names: Sequence[str]) -> dict[str, str]:
    """Names of shape keys by the unit that they mean: "Face.eyeBlink_L" is ARKit's eyeBlinkLeft.

    Letter case, separators and L or R for a side do not matter. What is in front of a unit's name counts only when it
    is the same for all of a head: a corrective of "jawOpen" is another key than the unit.
    """
    by_prefix: dict[str, dict[str, str]] = {}
    for name in names:
        for prefix, unit in _readings(name):
            units = by_prefix.setdefault(prefix, {})
            if unit not in units or name.endswith(unit):
                units[unit] = name
    found = max(by_prefix.items(), key=lambda item: (len(item[1]), -len(item[0])), default=("", {}))[1]
    return {unit: found[unit] for unit in FACE_UNITS if unit in found}


def _readings(name: str) -> Iterator[tuple[str, str]]:
    """Prefix and unit as which a name can be read: none, as a rule one."""
    parts = [part for part in _SEPARATORS.split(name) if part]
    for start in range(len(parts)):
        *before, last = parts[start:]
        if before and last.lower() in _SIDES:
            last = _SIDES[last.lower()]
        elif match := _SIDE.fullmatch(last):
            last = match["unit"] + _SIDES[match["side"].lower()]
        unit = _UNITS.get("".join([*before, last]).lower())
        if unit is not None:
            yield " ".join(parts[:start]).lower(), unit
