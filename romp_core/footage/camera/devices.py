"""The cameras of this machine, and opening one of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av

from ...errors import FootageError
from ...take.settings import LiveSettings
from ..stream.live_source import LiveSource
from ..stream.pyav_stream import PyavStream
from . import problems

_INPUTS = {"linux": "v4l2", "win32": "dshow", "darwin": "avfoundation"}
"""FFmpeg's input device on each platform."""
_SCREEN = "Capture screen"
"""What AVFoundation calls the screens, which it lists after the cameras."""
_LINUX_DEVICES = Path("/sys/class/video4linux")


@dataclass(frozen=True)
class Device:
    """A camera.

    Attributes:
        index: its number for the user. name: as the system calls it. address: what PyAV opens.
    """

    index: int
    name: str
    address: str


def devices() -> list[Device]:
    """The cameras in the order of their numbers; empty where there are none.

    Raises:
        FootageError: cameras cannot be read on this platform.
    """
    form = _input()
    if form == "v4l2":
        return _linux_devices(_LINUX_DEVICES)
    listed = av.device.enumerate_input_devices(form)
    found = [one for one in listed if "video" in one.media_types and not one.description.startswith(_SCREEN)]
    by_name = form == "dshow"
    return [
        Device(index, one.description, f"video={one.name}" if by_name else f"{one.name}:none")
        for index, one in enumerate(found)
    ]


def open_camera(index: int, settings: LiveSettings) -> LiveSource:
    """A camera by its number, in the size and at the rate that are asked for, or what it has instead.

    Raises:
        FootageError: there is no such camera, or cameras cannot be read on this platform.
    """
    known = {device.index: device for device in devices()}
    if index not in known:
        raise problems.no_camera(index, [device.name for device in known.values()])
    device = known[index]
    return PyavStream(device.name, device.address, _input(), _options(settings), _failure(device))


def _options(settings: LiveSettings) -> list[dict[str, str]]:
    """Options of FFmpeg, the best first: cameras refuse sizes, rates and formats that they do not have."""
    size, rate = {}, {}
    if settings.camera_width and settings.camera_height:
        size = {"video_size": f"{settings.camera_width}x{settings.camera_height}"}
    if settings.camera_rate:
        rate = {"framerate": f"{settings.camera_rate:g}"}
    compressed = {"input_format": "mjpeg"} if _input() == "v4l2" else {}  # many cameras are slow without it
    return [{"fflags": "nobuffer"} | each for each in (compressed | size | rate, size | rate, rate, {})]


def _input() -> str:
    form = _INPUTS.get(sys.platform, "")
    if not form or form not in {name for known in av.format.formats_available for name in known.split(",")}:
        raise problems.unsupported()
    return form


def _failure(device: Device) -> Callable[[Exception], FootageError]:
    return lambda error: problems.cannot_open(device.name, error)


def _linux_devices(folder: Path) -> list[Device]:
    """Cameras by Video4Linux, whose first node each gives images; others give what is known about these."""
    found: list[Device] = []
    for node in sorted(folder.glob("video*"), key=lambda path: int("".join(filter(str.isdigit, path.name)) or 0)):
        order = node / "index"
        if order.is_file() and order.read_text().strip() != "0":
            continue
        name = (node / "name").read_text().strip() if (node / "name").is_file() else node.name
        found.append(Device(len(found), name, f"/dev/{node.name}"))
    return found
