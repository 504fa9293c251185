"""Why a live source gives no frames, in one sentence."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from ...errors import FootageError

_ADDRESS = "Enter the address of the camera's video: http:// (MJPEG) or rtsp://."


def shown(address: str) -> str:
    """An address without the password in it."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def unreachable(address: str, reason: str) -> FootageError:
    """Nothing answers."""
    return FootageError(
        f"{shown(address)} cannot be reached ({reason}).",
        "Check the address, and that the camera is on and in the same network.",
    )


def refused(address: str, status: int) -> FootageError:
    """The server answers with an error."""
    if status in (401, 403):
        return FootageError(
            f"{shown(address)} asks for a user name and a password.", "Enter http://USER:PASSWORD@... as the address."
        )
    return FootageError(f"{shown(address)} answers with the error {status}.", _ADDRESS)


def no_video(address: str, kind: str) -> FootageError:
    """The server answers with something else; `kind`: in words."""
    return FootageError(f"{shown(address)} answers with {kind}, not with video.", _ADDRESS)


def no_frames(name: str, seconds: float) -> FootageError:
    """It is connected, but nothing comes."""
    return FootageError(f"{name} has sent no frame for {seconds:.0f} seconds.", "Check the camera; it may be asleep.")


def lost(name: str) -> FootageError:
    """It was there a moment ago."""
    return FootageError(f"The connection to {name} was lost.", "It is tried again until it is back.")


def undecodable(name: str) -> FootageError:
    """Frames come, but none of them can be decoded."""
    return FootageError(f"The video of {name} cannot be decoded.", "Set the camera to MJPEG or H.264.")


def no_such_source(source: str) -> FootageError:
    """It is neither a camera, nor an address, nor a file."""
    return FootageError(
        f'"{source}" is no camera, address or video file.',
        "Enter the number of a camera (0 for the first), an http:// or rtsp:// address, or the path of a video.",
    )


def unsafe_address(address: str) -> FootageError:
    """An address of a kind that is not connected to."""
    return FootageError(f"Addresses like {shown(address)} are not supported.", _ADDRESS)
