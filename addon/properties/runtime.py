"""What networks run on: preferences of the machine's owner, handed to the worker."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from .. import storage

NAMES = ("provider", "cuda_folder", "fast")
_items: list[tuple[str, str, str]] = []  # Blender needs the strings of dynamic items kept alive


def _provider_items(_owner: Any, _context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    if not _items:
        from romp_core.inference.providers import AUTOMATIC, LADDER

        titles = {AUTOMATIC: "Automatic"}
        for provider in LADDER:
            titles.setdefault(provider.key, provider.title[0].upper() + provider.title[1:])
        _items.extend((key, title, "") for key, title in titles.items())
    return _items


def annotations() -> dict[str, Any]:
    """The properties, for the preferences."""
    return {
        "provider": EnumProperty(
            name="Run Networks On",
            description="Tried first; what does not start gives way to the next, and the panel says so",
            items=_provider_items,
        ),
        "cuda_folder": StringProperty(
            name="CUDA Libraries",
            description="Folder in which the libraries of CUDA and cuDNN are; empty looks in the usual places",
            subtype="DIR_PATH",
        ),
        "fast": BoolProperty(
            name="Less Precision", description="Compute with less than single precision where that is quicker"
        ),
    }


def runtime_environment() -> dict[str, str]:
    """The preferences as the worker's variables; none where the add-on runs from a source checkout.

    Raises:
        SettingsError: the folder is gone.
    """
    from romp_core.inference.options import RuntimeChoice

    wished = storage.preferences()
    if wished is None:
        return {}
    folder = bpy.path.abspath(wished.cuda_folder) if wished.cuda_folder else ""
    return RuntimeChoice(wished.provider, folder, wished.fast).to_environment()
