"""Options that only one model has: a property group for each model whose card has any.

The cards need numpy, so the groups are registered when they are first needed, not when the add-on is enabled.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import PointerProperty, StringProperty
from bpy.types import PropertyGroup

from ..blender import settings_properties
from ..preferences import folders
from . import files

if TYPE_CHECKING:
    from romp_core.models.base import ModelCard

Item = tuple[str, str, str, str, int]
_items: dict[tuple[str, bool], Item] = {}  # Blender needs the strings of dynamic items kept alive
_groups: dict[str, type[PropertyGroup]] = {}


class ROMP_MOCAP_PG_model_options(PropertyGroup):
    """One group per model, under the model's name."""


def model_items(_owner: Any, _context: bpy.types.Context | None) -> list[Item]:
    """The models of the registry as items of an EnumProperty, marked by whether their files are there.

    The preferences may ask for those only whose results may be sold; numbers stay the same.
    """
    from romp_core.models.registry import MODELS

    only = bool(getattr(folders.preferences(), "commercial_only", False))
    offered = [(number, card) for number, card in enumerate(MODELS.values()) if card.terms.may_sell or not only]
    return [_item(number, card, not files.missing(card.name)) for number, card in offered]


def _item(number: int, card: ModelCard, is_ready: bool) -> Item:
    """An item, the same one each time."""
    if (card.name, is_ready) not in _items:
        label = card.label if is_ready else f"{card.label} (files missing)"
        text = f"{card.description}. License: {card.license}. {card.terms.commercial_line}"
        _items[card.name, is_ready] = card.name, label, text, "CHECKMARK" if is_ready else "IMPORT", number
    return _items[card.name, is_ready]


def has_hands(model: str) -> bool:
    """Whether a model can capture hands."""
    from romp_core.models.registry import MODELS

    return model in MODELS and MODELS[model].capabilities.hands


def group_of(owner: ROMP_MOCAP_PG_model_options, model: str) -> PropertyGroup | None:
    """The properties of a model's own options; None when it has none, or they are not registered yet."""
    return getattr(owner, model, None) if model in _groups else None


def values(owner: ROMP_MOCAP_PG_model_options, model: str, override: str = "") -> dict[str, Any]:
    """The options to run a model with, by name.

    Args:
        override: other values, as a JSON object.

    Raises:
        SettingsError: `override` is something else.
    """
    from romp_core.errors import SettingsError
    from romp_core.models.registry import MODELS

    register_groups()
    group = group_of(owner, model)
    options = MODELS[model].options if group is not None else None
    found = settings_properties.values(options, group) if options else {}
    try:
        return {**found, **json.loads(override or "{}")}
    except (ValueError, TypeError) as error:
        raise SettingsError("The model options are not a JSON object.", 'For example {"name": 1}.') from error


def assign(owner: ROMP_MOCAP_PG_model_options, model: str, options: dict[str, Any]) -> None:
    """Set options that exist; others are left out."""
    register_groups()
    group = group_of(owner, model)
    for name, value in options.items():
        if group is not None and name in group.bl_rna.properties:
            setattr(group, name, value)


def override_property() -> Any:
    """Operator property: other options than the panel's, for scripts."""
    return StringProperty(
        name="Model Options", description="Options of the model as a JSON object; others are as in the panel"
    )


def register_groups() -> None:
    """Register the groups of all models that have options; again after the registry changed."""
    from romp_core.models.registry import MODELS

    for card in MODELS.values():
        if card.options is None or card.name in _groups:
            continue
        name = f"ROMP_MOCAP_PG_{card.name}_options"
        group = type(name, (PropertyGroup,), {"__annotations__": settings_properties.properties_of(card.options)})
        bpy.utils.register_class(group)
        setattr(ROMP_MOCAP_PG_model_options, card.name, PointerProperty(type=group))
        _groups[card.name] = group


def register() -> None:
    """Register the groups soon, after the add-on was enabled."""
    bpy.app.timers.register(register_groups, first_interval=0.0)


def unregister() -> None:
    """Undo `register` and `register_groups`."""
    if bpy.app.timers.is_registered(register_groups):
        bpy.app.timers.unregister(register_groups)
    for name, group in _groups.items():
        delattr(ROMP_MOCAP_PG_model_options, name)
        bpy.utils.unregister_class(group)
    _groups.clear()


CLASSES = (ROMP_MOCAP_PG_model_options,)
