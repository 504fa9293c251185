"""Why a camera cannot be used, in one sentence."""

from __future__ import annotations

import errno
from collections.abc import Sequence

from ...errors import FootageError


def unsupported() -> FootageError:
    """The decoder has no input device on this platform."""
    return FootageError(
        "Cameras cannot be read on this system.",
        "Use a program or phone app that serves the camera as MJPEG or RTSP, and enter its address.",
    )


def no_camera(index: int, names: Sequence[str]) -> FootageError:
    """There is no camera of this number."""
    if not names:
        return FootageError("No camera was found.", "Connect one, or enter the address of a network camera.")
    listed = ", ".join(f"{number}: {name}" for number, name in enumerate(names))
    return FootageError(f"There is no camera {index}.", f"Choose one of {listed}.")


def cannot_open(name: str, error: Exception) -> FootageError:
    """The camera is there, but cannot be opened."""
    number = getattr(error, "errno", 0)
    if number == errno.EBUSY:
        return FootageError(f'The camera "{name}" is in use by another program.', "Close that program.")
    if number in (errno.EACCES, errno.EPERM):
        return FootageError(
            f'The system does not allow access to the camera "{name}".',
            "Allow it in the system's privacy settings (on Linux: add your user to the group video).",
        )
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return FootageError(f'The camera "{name}" is not connected any more.', "Connect it again.")
    reason = getattr(error, "strerror", None) or str(error)
    return FootageError(
        f'The camera "{name}" cannot be opened ({reason}).',
        "Close other programs that use it, or ask for another size and rate.",
    )
