"""The footage as the camera's background, each of its frames at the scene frame of its time."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..blender.paths import find_file, same_file, stored
from .movie import movie_fps

if TYPE_CHECKING:
    from romp_core.take.take import FootageInfo

_EQUAL = 0.002
_SAME_SHAPE = 0.02


def show_footage(camera: bpy.types.Camera, footage: FootageInfo, first_frame: int, scene_fps: float) -> str:
    """Make the footage the camera's background; returns a remark when it cannot be shown, else "".

    Args:
        footage: the first frame that was read belongs to `first_frame`.
    """
    path = Path(footage.path)
    if path.is_dir():
        sequence = image_sequence(path)
        if sequence is None:
            return "The numbers in the folder's file names have gaps, so the camera does not show the images."
        file, offset, count = sequence
    elif path.is_file():
        file, offset, count = path, 0, 0
    else:
        return "" if is_shown(camera) else "The footage was not found, so the camera does not show it."
    background = _own_background(camera)
    try:
        image = _image(background.image, file)
        readable = min(image.size) > 0
    except RuntimeError:
        readable = False
    if not readable:
        return "Blender cannot show this footage behind the camera."
    if count > 1:
        image.source = "SEQUENCE"
    background.image = image
    _rotate(background, image, footage)
    camera.show_background_images = True
    if image.source not in ("MOVIE", "SEQUENCE"):
        return ""
    user = background.image_user
    user.frame_start = first_frame
    user.frame_offset = offset + first_source_frame(footage)
    # Blender's own count can be too small where the frame rate varies, and then the last frames would not be shown.
    shown = round(float(footage.times[-1] - footage.times[0]) * footage.fps) + 1
    user.frame_duration = max(count or image.frame_duration, shown)
    user.use_cyclic = False
    if image.source == "MOVIE" and footage.mirrored:
        return (
            "The footage is a mirrored video, which Blender shows without mirroring it, so it lies off the characters."
        )
    played = (movie_fps(path) if image.source == "MOVIE" else None) or footage.fps
    if played > 0 and abs(played / scene_fps - 1) > _EQUAL:
        return (
            f"Blender plays the footage at {played:.4g} frames per second and the scene at {scene_fps:.4g}, "
            "so the footage behind the camera drifts."
        )
    return ""


def first_source_frame(footage: FootageInfo) -> int:
    """Number of the first frame that was read, counted by time as Blender counts the frames of a movie."""
    if Path(footage.path).is_dir() or footage.fps <= 0:
        return int(footage.source_frames[0])
    return round(float(footage.times[0]) * footage.fps)


def image_sequence(folder: Path) -> tuple[Path, int, int] | None:
    """First file, offset and count of a folder's images when their last numbers have no gaps, else None.

    Blender finds the image of a frame by that number; the offset is added to its frame 1.
    """
    suffixes = bpy.path.extensions_image
    images = [file for file in folder.iterdir() if file.suffix.lower() in suffixes and not file.name.startswith(".")]
    files = sorted(images, key=lambda file: [int(part) for part in re.findall(r"\d+", file.name)][-1:])
    if len(files) == 1:
        return files[0], 0, 1
    parts = [re.fullmatch(r"(.*?)(\d+)(\D*)", file.name) for file in files]
    if not files or not all(parts):
        return None
    numbers = [int(part[2]) for part in parts if part]
    same = len({(part[1], part[3]) for part in parts if part}) == 1
    if not same or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    return files[0], numbers[0] - 1, len(files)


def _image(current: bpy.types.Image | None, file: Path) -> bpy.types.Image:
    """The image that the camera shows already, or a new one: the user's own images are left alone."""
    if current is not None:
        path = find_file(current.filepath)
        if path == str(file) or same_file(path, str(file)):
            return current
    image = bpy.data.images.load(str(file))
    image.filepath = stored(str(file))
    return image


def is_shown(camera: bpy.types.Camera) -> bool:
    """Whether the camera shows footage whose file is missing: it is packed, or was loaded before."""
    images = [background.image for background in camera.background_images]
    return any(image and (image.packed_file or image.has_data) for image in images)


def _own_background(camera: bpy.types.Camera) -> Any:
    """The first background image: ours since the camera is."""
    background = camera.background_images[0] if camera.background_images else camera.background_images.new()
    background.source = "IMAGE"
    background.frame_method = "FIT"
    background.display_depth = "BACK"
    background.alpha = 1.0
    return background


def _rotate(background: Any, image: bpy.types.Image, footage: FootageInfo) -> None:
    """Rotate the background where Blender does not do it: movies before 4.5, still images always."""
    rotated_by_blender = footage.rotation == 0 or (image.source == "MOVIE" and bpy.app.version >= (4, 5))
    turn = 0 if rotated_by_blender else footage.rotation
    background.rotation = -math.radians(turn)
    # Blender fits the stored image; once rotated, its longer side must shrink to the height of the frame.
    background.scale = footage.height / footage.width if turn % 180 else 1.0
    # Blender takes pixels for square; stretched over the frame, those that are not get their shape.
    width, height = image.size  # zeros where nothing was loaded yet
    same = abs(width * footage.height - height * footage.width) <= _SAME_SHAPE * height * footage.width
    background.frame_method = "FIT" if turn or same else "STRETCH"
