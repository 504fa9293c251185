"""Why a file is not footage, in one sentence."""

from __future__ import annotations

from pathlib import Path

from ..errors import FootageError
from .metadata import boxes, track_kinds

_CHOOSE = "Choose a video (mp4, mov, mkv, webm, avi), an image, or a folder of images."
_AUDIO_STARTS = (b"ID3", b"fLaC", b"OggS", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1")
_MATROSKA_START = b"\x1a\x45\xdf\xa3"


def missing(path: Path) -> FootageError:
    """There is nothing at this path."""
    return FootageError(f'"{path}" does not exist.', "Check the path, or choose the footage again.")


def empty_folder(path: Path) -> FootageError:
    """The folder has no image files in it."""
    return FootageError(f'The folder "{path.name}" has no images in it.', _CHOOSE)


def outside_of_range(start: float, end: float, length: float) -> FootageError:
    """No frame is in the chosen range; times in seconds."""
    chosen = f"The range from {start:g} s to {f'{end:g} s' if end else 'the end'}"
    return FootageError(
        f"{chosen} is outside the footage, which is {length:.1f} s long.", "Change the start and the end."
    )


def cut_short(last: float, length: float) -> str:
    """A remark about footage that ends before its header says; times in seconds."""
    return f"The footage ends early, at {last:.1f} s of {length:.1f} s: the file is damaged or incomplete."


def reversed_range(start: float, end: float) -> FootageError:
    """The end comes before the start; times in seconds."""
    return FootageError(f"The end ({end:g} s) is not after the start ({start:g} s).", "Change the start or the end.")


def undecodable(path: Path) -> FootageError:
    """Tell apart by the content: empty, sound only, cut short, not a video at all."""
    name = f'"{path.name}"'
    with path.open("rb") as file:
        head = file.read(4096)
        file.seek(0)
        size = path.stat().st_size
        top = [box.type for box in boxes(file, 0, size)] if head[4:8] in (b"ftyp", b"mdat", b"moov", b"wide") else []
        incomplete_mp4 = head[4:8] in (b"ftyp", b"mdat", b"wide") and b"moov" not in top
    if not head:
        return FootageError(f"{name} is empty (zero bytes).", "Copy or export it again.")
    kinds = track_kinds(path)
    wave = head[:4] == b"RIFF" and head[8:12] == b"WAVE"
    matroska = head.startswith(_MATROSKA_START)
    sound_track = matroska and b"A_" in head and b"V_" not in head  # names of codecs, such as A_OPUS and V_VP9
    if wave or sound_track or head.startswith(_AUDIO_STARTS) or (kinds and b"vide" not in kinds):
        return FootageError(f"{name} has sound but no video.", _CHOOSE)
    if incomplete_mp4:
        return FootageError(
            f"{name} is incomplete: its index is missing, as after an interrupted copy or recording.",
            "Copy or export it again.",
        )
    if b"vide" in kinds or matroska:
        return FootageError(
            f"{name} cannot be decoded: it is damaged or uses an unknown codec.",
            "Convert it to H.264 in mp4.",
        )
    return FootageError(f"{name} is not a video.", _CHOOSE)
