"""Blender properties made from the core's settings dataclasses, so that panel, operators and command line agree."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import bpy

from romp_core.take.settings import flat, setting_fields

_UNITS = {"s": "TIME_ABSOLUTE"}
_SIGNS = {"deg": "\u00b0", "m": "m"}  # Blender shows lengths in the scene's units, but these are meters


def properties_of(
    settings: type,
    changed: Mapping[str, Callable[[Any, Any], None]] = {},
    items: Mapping[str, Callable[[Any, Any], list[Any]]] = {},
) -> dict[str, Any]:
    """One Blender property per field of a settings dataclass, with its default, text and limits.

    Args:
        changed: by name of a field, what to call with its owner and the context when it was set.
        items: by name of a text field, what gives the texts to choose from, as for an EnumProperty.
    """
    return {
        item.name: _property(item.default, item.metadata, changed.get(item.name), items.get(item.name))
        for item in setting_fields(settings)
    }


def _property(default: Any, meta: Any, changed: Callable[[Any, Any], None] | None, items: Any) -> Any:
    text = {"name": meta["label"], "description": meta["help"], "update": changed}
    if items is not None:
        return bpy.props.EnumProperty(items=items, **text)
    if "choices" in meta:
        choices = [(name, label, "") for name, label in meta["choices"].items()]
        return bpy.props.EnumProperty(items=choices, default=default, **text)
    if isinstance(default, bool):
        return bpy.props.BoolProperty(default=default, **text)
    if isinstance(default, str):
        return bpy.props.StringProperty(default=default, **text)
    limits = {name: meta[name] for name in ("min", "max") if name in meta}
    if isinstance(default, int):
        return bpy.props.IntProperty(default=default, **limits, **text)
    unit = _UNITS.get(meta.get("unit", ""), "NONE")
    if meta.get("unit") in _SIGNS:
        text["name"] += f" ({_SIGNS[meta['unit']]})"
    return bpy.props.FloatProperty(default=default, unit=unit, precision=2, **limits, **text)


def values(settings: type, *owners: Any) -> dict[str, Any]:
    """Settings as a plain mapping; each value from the first owner on which it is set, else from the last."""
    *first, last = owners
    return {
        item.name: getattr(next((owner for owner in first if owner.is_property_set(item.name)), last), item.name)
        for item in setting_fields(settings)
    }


def assign(owner: Any, settings: Any) -> None:
    """Copy a settings dataclass into the properties made from it; what an enum does not offer stays as it is.

    Properties that have these values already are not set: their update callbacks would be called.
    """
    values = flat(settings)
    for item in setting_fields(settings):
        if _equal(getattr(owner, item.name), values[item.name]):
            continue
        try:
            setattr(owner, item.name, values[item.name])
        except TypeError:  # a take of a model that this version does not have
            if not isinstance(item.default, str):
                raise


def _equal(value: Any, other: Any) -> bool:
    """Floats of properties have single precision."""
    return math.isclose(value, other, rel_tol=1e-6) if isinstance(other, float) else bool(value == other)
