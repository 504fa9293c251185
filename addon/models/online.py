"""Whether the user lets Blender use networks. Nothing here does: the worker, on a click."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import bpy


def allowed() -> bool:
    """Blender's own switch."""
    return bool(bpy.app.online_access)


def advice() -> str:
    """How to allow it."""
    if bpy.app.online_access_override:
        return "Blender runs in offline mode: start it without --offline-mode, or choose the file."
    return 'To download here, enable "Allow Online Access" in Preferences > System. Or choose the file.'


def is_local(address: str) -> bool:
    """Whether an address is on this very machine, so that no network is used."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, or no address
        return False


def require_for(address: str, what: str = "this camera") -> None:
    """Raise SettingsError where what is at an address is out of reach because the user does not allow networks."""
    from romp_core.errors import SettingsError

    if "://" not in address or is_local(address) or allowed():
        return
    if bpy.app.online_access_override:
        raise SettingsError("Blender runs in offline mode.", f"Start it without --offline-mode to reach {what}.")
    raise SettingsError(
        f"Blender may not use networks, so {what} is out of reach.",
        'Enable "Allow Online Access" in Preferences > System.',
    )
