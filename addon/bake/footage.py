"""The footage as the camera's background, each picture at the scene frame of its time."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import bpy

_EQUAL = 0.002


def show_footage(camera: bpy.types.Camera, footage: Any, first_frame: int, scene_fps: float) -> str:
    """Make the footage the camera's background picture; returns a sentence when it cannot be shown, else "".

    Args:
        footage: romp_core.take.take.FootageInfo; its first read picture belongs to the scene frame `first_frame`.
    """
    path = Path(footage.path)
    if path.is_dir():
        numbered = numbered_run(path)
        if numbered is None:
            return "The pictures in the folder are not numbered in one run, so the camera does not show them."
        file, offset, count = numbered
    elif path.is_file():
        file, offset, count = path, 0, 0
    else:
        return "The footage is not on this computer, so the camera does not show it."
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
    _turn_upright(background, image, footage)
    camera.show_background_images = True
    if image.source not in ("MOVIE", "SEQUENCE"):
        return ""
    user = background.image_user
    user.frame_start = first_frame
    user.frame_offset = offset + first_picture(footage)
    # Blender's own count can be too small where the frame rate varies, and then the last pictures would not be shown.
    shown = round(float(footage.times[-1] - footage.times[0]) * footage.fps) + 1
    user.frame_duration = max(count or image.frame_duration, shown)
    user.use_cyclic = False
    if footage.fps > 0 and abs(footage.fps / scene_fps - 1) > _EQUAL:
        return "The scene's frame rate is not the footage's, so the picture behind the camera drifts."
    return ""


def first_picture(footage: Any) -> int:
    """Number of the first picture that was read, counted by time as Blender counts the pictures of a movie."""
    if Path(footage.path).is_dir() or footage.fps <= 0:
        return int(footage.source_frames[0])
    return round(float(footage.times[0]) * footage.fps)


def numbered_run(folder: Path) -> tuple[Path, int, int] | None:
    """First file, offset and count of a folder's pictures when their last numbers run without holes, else None.

    Blender finds the picture of a frame by that number; the offset is added to its frame 1.
    """
    suffixes = bpy.path.extensions_image
    pictures = [file for file in folder.iterdir() if file.suffix.lower() in suffixes and not file.name.startswith(".")]
    files = sorted(pictures, key=lambda file: [int(part) for part in re.findall(r"\d+", file.name)][-1:])
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
    """The picture that the camera shows already, or a new one: images of the user's own are left alone."""
    if current is not None and Path(bpy.path.abspath(current.filepath)) == file:
        return current
    return bpy.data.images.load(str(file))


def _own_background(camera: bpy.types.Camera) -> Any:
    """The first background picture: ours since the camera is."""
    background = camera.background_images[0] if camera.background_images else camera.background_images.new()
    background.source = "IMAGE"
    background.frame_method = "FIT"
    background.display_depth = "BACK"
    background.alpha = 1.0
    return background


def _turn_upright(background: Any, image: bpy.types.Image, footage: Any) -> None:
    """Turn the background where Blender does not: movies before 4.5, stills always."""
    stored_upright = footage.rotation == 0 or (image.source == "MOVIE" and bpy.app.version >= (4, 5))
    turn = 0 if stored_upright else footage.rotation
    background.rotation = -math.radians(turn)
    # The fit is that of the lying picture; standing up, its longer side must shrink to the height of the frame.
    background.scale = footage.height / footage.width if turn % 180 else 1.0
