"""Why a file is not footage, in one sentence."""

from __future__ import annotations

from pathlib import Path

from ..errors import FootageError
from .metadata import boxes

_CHOOSE = "Choose a video (mp4, mov, mkv, webm, avi), an image, or a folder of images."
_CONVERT = "Convert it to H.264 in mp4, for example with HandBrake."


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


def nothing_but_damage(path: Path) -> FootageError:
    """All frames of the range are damaged."""
    return FootageError(f'No frame of "{path.name}" in this range can be decoded: the file is damaged.', _CONVERT)


def reversed_range(start: float, end: float) -> FootageError:
    """The end comes before the start; times in seconds."""
    return FootageError(f"The end ({end:g} s) is not after the start ({start:g} s).", "Change the start or the end.")


def has_its_own_rate(path: Path) -> FootageError:
    """A frame rate was given for footage that is no folder of images."""
    return FootageError(
        f'A frame rate can be set for folders of images alone, and "{path.name}" is none.', "Set Frame Rate to 0."
    )


def no_bytes(path: Path) -> FootageError:
    """The file is empty."""
    return FootageError(f'"{path.name}" is empty (zero bytes).', "Copy or export it again.")


def encrypted(path: Path) -> FootageError:
    """The video is protected against copying."""
    return FootageError(
        f'"{path.name}" is encrypted (protected against copying) and cannot be decoded.', "Choose another video."
    )


def unreadable_image(path: Path) -> FootageError:
    """No image of the footage can be decoded."""
    sentence = f'The image "{path.name}" cannot be read.'
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        return no_bytes(path)
    if head[4:8] == b"ftyp":
        return FootageError(
            f'The image "{path.name}" is a HEIF photo of a form that cannot be decoded.',
            'Export it as JPEG; on an iPhone choose "Most Compatible" under Settings > Camera > Formats.',
        )
    if head[:4] == b"RIFF" and b"ANIM" in head:
        return FootageError(f'"{path.name}" is an animated WebP, which cannot be decoded.', _CONVERT)
    return FootageError(sentence, "It is damaged, or not really an image file.")


def different_sizes(first: Path, size: tuple[int, int], other: Path, its_size: tuple[int, int]) -> FootageError:
    """Two images of a folder do not have one size (width, height)."""
    return FootageError(
        f'The images have different sizes: "{first.name}" is {size[0]} x {size[1]}, '
        f'"{other.name}" is {its_size[0]} x {its_size[1]}.',
        "Keep only the images of one shot in the folder.",
    )


def undecodable(path: Path, has_sound: bool, codec: str) -> FootageError:
    """No frame of a file can be decoded: tell apart sound only, cut short, a damaged or unknown codec, no video at all.

    Args:
        codec: of its video in words, empty when there is none.
    """
    name = f'"{path.name}"'
    if has_sound:
        return FootageError(f"{name} has sound but no video.", _CHOOSE)
    if codec:
        return FootageError(f"The {codec} video in {name} cannot be decoded: it is damaged or protected.", _CONVERT)
    with path.open("rb") as file:
        head = file.read(8)
        mp4 = head[4:8] in (b"ftyp", b"mdat", b"moov", b"wide")
        top = [box.type for box in boxes(file, 0, path.stat().st_size)] if mp4 else []
    if mp4 and b"moov" not in top:
        return FootageError(
            f"{name} is incomplete: its index is missing, as after an interrupted copy or recording.",
            "Copy or export it again.",
        )
    return FootageError(f"{name} is not a video.", _CHOOSE)
