"""What networks run on, handed to the worker, and where model files are kept."""

from __future__ import annotations

import sys
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from . import folders

RUNTIME = ("provider", "cuda_folder", "fast", "threads")
_MOST_THREADS = 256  # `inference.options.MOST_THREADS`, which enabling the add-on does not load
_items: list[tuple[str, str, str]] = []  # Blender needs the strings of dynamic items kept alive


def _provider_items(_owner: Any, _context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    if not _items:
        from romp_core.inference.providers import AUTOMATIC, LADDER

        titles = {AUTOMATIC: "Automatic"}
        for provider in LADDER:
            if sys.platform not in provider.platforms:
                continue
            titles.setdefault(provider.key, provider.title[0].upper() + provider.title[1:])
        _items.extend((key, title, "") for key, title in titles.items())
    return _items


def _commercial_changed(_preferences: Any, _context: bpy.types.Context) -> None:
    """Scenes whose model is no longer offered take the built-in one."""
    from romp_core.take.settings import CaptureSettings

    for scene in bpy.data.scenes:
        if not scene.romp_mocap.capture.model:
            scene.romp_mocap.capture.model = CaptureSettings().model


def license_annotations() -> dict[str, Any]:
    """Which models are offered, by what may be done with their results."""
    return {
        "commercial_only": BoolProperty(
            name="Only What I May Sell",
            description="Offer only models whose results may be sold, as their license texts say. Not legal advice",
            update=_commercial_changed,
        )
    }


def take_annotations() -> dict[str, Any]:
    """Where takes are saved; see `documents.locations`."""
    return {
        "save_takes": EnumProperty(
            name="Save Takes",
            description="Where the takes of captures and imports are saved",
            items=(
                ("BLEND", "Beside the .blend", "In its folder; takes of a file that was never saved wait for that"),
                ("FOOTAGE", "Beside the Footage", "In the folder of the footage"),
                ("FOLDER", "In a Folder", "Always in the same folder"),
            ),
        ),
        "takes_folder": StringProperty(
            name="Folder",
            description="Folder for takes. While it is empty, they go beside the .blend",
            subtype="DIR_PATH",
        ),
    }


def runtime_annotations() -> dict[str, Any]:
    """The properties of `RUNTIME`."""
    return {
        "provider": EnumProperty(
            name="Run Networks On",
            description="Runtime to try first. If it does not start, the next one is used; the panel shows which",
            items=_provider_items,
        ),
        "cuda_folder": StringProperty(
            name="CUDA Libraries",
            description="Folder with the CUDA and cuDNN libraries. Leave empty to search the usual folders",
            subtype="DIR_PATH",
        ),
        "fast": BoolProperty(
            name="Reduced Precision", description="Compute with less than single precision where that is faster"
        ),
        "threads": IntProperty(
            name="Threads",
            description="Threads of the processor for captures and live. 0 is automatic: one per physical core",
            min=0,
            max=_MOST_THREADS,
        ),
    }


def runtime_environment() -> dict[str, str]:
    """The preferences as the worker's environment; empty where the add-on runs from a source checkout.

    Raises:
        SettingsError: the folder of the CUDA libraries is missing.
    """
    from romp_core.inference.options import RuntimeChoice

    own = folders.preferences()
    if own is None:
        return {}
    folder = bpy.path.abspath(own.cuda_folder) if own.cuda_folder else ""
    return RuntimeChoice(own.provider, folder, own.fast, own.threads).to_environment()


def threads_text() -> str:
    """How many threads jobs get, for the user."""
    from romp_core.inference.threads import automatic_threads

    chosen: int = getattr(folders.preferences(), "threads", 0)
    count = chosen or automatic_threads()
    if not count:  # only onnxruntime, in the worker, can count here
        return "In use: one per physical core"
    return f"In use: {count}" if chosen else f"In use: {count}, one per physical core"
