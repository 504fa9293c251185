"""Whether the user lets Blender use the internet. Nothing here uses it: the worker downloads, on a click."""

from __future__ import annotations

import bpy


def allowed() -> bool:
    """Blender's own switch."""
    return bool(bpy.app.online_access)


def advice() -> str:
    """How to allow it."""
    if bpy.app.online_access_override:
        return "Blender runs in offline mode: start it without --offline-mode, or choose the file."
    return 'To download here, enable "Allow Online Access" in Preferences > System. Or choose the file.'
