"""The footage as the camera's background, each of its frames at the scene frame of its time."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..blender.paths import find_file, same_file, stored
from .background_clock import movie_positions, offsets, set_offsets

if TYPE_CHECKING:
    from romp_core.take.take import FootageInfo


def show_footage(camera: bpy.types.Camera, footage: FootageInfo, first_frame: int, scene_fps: float) -> str:
    """Make the footage the camera's background; returns a remark when it cannot be shown, else "".

    Args:
        footage: the first frame that was read belongs to `first_frame`.
    """
    import numpy as np

    path = Path(footage.path)
    numbers: dict[int, tuple[Path, int]] = {}
    if path.is_dir():
        numbers = file_numbers(path)
        if not numbers:
            return "The names of the images differ in more than their last number, so the camera does not show them."
        if not numbers.keys() >= set(footage.source_frames.tolist()):
            return "The folder lacks images of the take, so the camera does not show it."
        file, is_sequence = next(iter(numbers.values()))[0], len(numbers) > 1
    elif path.is_file():
        file, is_sequence = path, False
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
    if is_sequence:
        image.source = "SEQUENCE"
    background.image = image
    _orient(background, image, footage)
    camera.show_background_images = True
    if image.source == "SEQUENCE":
        positions = np.array([numbers[frame][1] - 1 for frame in footage.source_frames.tolist()])
    elif image.source == "MOVIE":
        positions = movie_positions(footage, path)
    else:
        return ""
    following = offsets(footage, positions, scene_fps)
    user = background.image_user
    user.frame_start, user.use_cyclic = first_frame, False
    # Blender holds the last frame after this; its own count can be too small where the frame rate varies.
    user.frame_duration = max(image.frame_duration, len(following))
    set_offsets(camera, following, first_frame)
    return ""


def file_numbers(folder: Path) -> dict[int, tuple[Path, int]]:
    """File and number in its name of each frame of a folder of images, by the frame's number in the footage.

    Blender finds the images of a sequence by these numbers: empty when the names differ in more than that.
    """
    from romp_core.footage.sequence import image_files, image_sequence

    sequence = image_sequence(image_files(folder))
    parts = [re.fullmatch(r"(.*?)(\d+)(\D*)", path.stem) for path in sequence.paths]
    if len(parts) == 1:
        return {0: (sequence.paths[0], 1)}
    if not all(parts) or len({(part[1], part[3]) for part in parts if part}) > 1:
        return {}
    files = [(path, int(part[2])) for path, part in zip(sequence.paths, parts, strict=True) if part]
    return dict(zip(sequence.numbers, files, strict=True))


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


def _orient(background: Any, image: bpy.types.Image, footage: FootageInfo) -> None:
    """Turn and mirror the background as far as Blender does not do it, and give its pixels their shape.

    Blender turns movies from 4.5 on, by the angle of the display matrix alone: a mirror counts as half a turn there.
    """
    mirrored, done = footage.mirrored, 0
    if image.source == "MOVIE" and bpy.app.version >= (4, 5):
        done = 180 - footage.rotation if mirrored else footage.rotation
    turn = (footage.rotation - done) % 360
    # Blender mirrors first and turns then, the other way round than footage is described.
    background.use_flip_x, background.use_flip_y = mirrored, False
    background.rotation = math.radians(turn if mirrored else -turn)
    # Blender fits the image as it was read; once turned, its longer side must shrink to the height of the frame.
    background.scale = footage.height / footage.width if turn % 180 else 1.0
    lying = (footage.rotation - turn) % 180  # what Blender turned has its pixels lying as well
    image.display_aspect = (1.0, footage.sample_aspect) if lying else (footage.sample_aspect, 1.0)
