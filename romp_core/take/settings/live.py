"""What a live capture asks of its source, and how it shows people."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import SettingsError
from .fields import setting

_LARGEST_PORT = 65535


def vmc_address(text: str) -> tuple[str, int]:
    """Host and port of an address such as "127.0.0.1:39539" or "[::1]:39539".

    Raises:
        SettingsError: it is none.
    """
    host, colon, port = text.strip().rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    is_bare = ":" in host and not text.strip().startswith("[")
    if not colon or not host or is_bare or not port.isdecimal() or not 0 < int(port) <= _LARGEST_PORT:
        raise SettingsError(
            f'"{text}" is no address to send motion to.', "Enter host and port, such as 127.0.0.1:39539."
        )
    return host, int(port)


def _vmc_form(text: str) -> None:
    if text.strip():
        vmc_address(text)


@dataclass(frozen=True)
class LiveSettings:
    """Settings of a live capture."""

    mirror: bool = setting(False, "Mirror", "Swap left and right, so that the character moves like a mirror image")
    camera_width: int = setting(640, "Camera Width", "Width to ask the camera for", min=0, max=7680, unit="px")
    camera_height: int = setting(480, "Camera Height", "Height to ask the camera for", min=0, max=4320, unit="px")
    camera_rate: float = setting(
        30.0, "Camera Rate", "Frames per second to ask the camera for; 0 leaves it to the camera", min=0.0, max=240.0
    )
    patience: float = setting(
        30.0,
        "Wait for Camera",
        "How long to wait for a camera or stream that went away; 0 waits until it is stopped",
        min=0.0,
        max=86400.0,
        unit="s",
    )
    thumbnail: int = setting(
        160, "Thumbnail", "Longer side of the small image with the 2D skeleton; 0 sends none", min=0, max=640, unit="px"
    )
    vmc: str = setting(
        "",
        "Send Motion to",
        "Host and port of a program that follows by the VMC protocol, such as 127.0.0.1:39539; empty sends nothing",
        form=_vmc_form,
    )
    vmc_person: int = setting(
        -1, "Person to Send", "Number of the person whose motion is sent; -1 sends the first who is seen", min=-1
    )
