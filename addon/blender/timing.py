"""How a take lies on the scene's timeline: one sample of it on each frame, whatever the footage's rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from romp_core.take.take import FootageInfo

FIRST_FRAME = 1
_ROUNDING = 1e-5  # Blender keeps the rate in single precision


@dataclass(frozen=True)
class Timing:
    """The scene frames of a footage.

    Attributes:
        first: frame of the footage's first frame. fps: frames per second. samples: number of frames to its last one.
    """

    first: int
    fps: float
    samples: int

    @property
    def last(self) -> int:
        """Scene frame of the footage's last frame."""
        return self.first + self.samples - 1


def scene_fps(scene: bpy.types.Scene) -> float:
    """Frames per second of the scene."""
    return scene.render.fps / scene.render.fps_base


def set_fps(scene: bpy.types.Scene, fps: float) -> None:
    """Frame rate as Blender keeps it: 29.97 is 30 over a base of 1.001."""
    whole = max(round(fps), 1)
    scene.render.fps, scene.render.fps_base = whole, whole / fps


def timing_of(footage: FootageInfo, scene: bpy.types.Scene) -> Timing:
    """Timing of a footage in the scene as it is now."""
    from romp_core.take.resample import grid_fps, to_grid

    fps = scene_fps(scene)
    if abs(fps / grid_fps(footage) - 1.0) < _ROUNDING:
        fps = grid_fps(footage)
    return Timing(FIRST_FRAME, fps, int(to_grid(footage.times[-1], footage, fps) + 0.5) + 1)


def second_at(frame: float, footage: FootageInfo, scene: bpy.types.Scene) -> float:
    """The second of the footage that a frame of the scene shows."""
    timing = timing_of(footage, scene)
    return float(footage.times[0]) + (frame - timing.first) / timing.fps


def frame_at(second: float, footage: FootageInfo, scene: bpy.types.Scene) -> float:
    """The frame of the scene that shows a second of the footage."""
    timing = timing_of(footage, scene)
    return timing.first + (second - float(footage.times[0])) * timing.fps


def fits(scene: bpy.types.Scene, footage: FootageInfo) -> bool:
    """True when the scene has the footage's frame rate, range and resolution."""
    from romp_core.take.resample import grid_fps

    timing = timing_of(footage, scene)
    return (
        timing.fps == grid_fps(footage)
        and (scene.frame_start, scene.frame_end) == (timing.first, timing.last)
        and (scene.render.resolution_x, scene.render.resolution_y) == (footage.width, footage.height)
    )


def fit_scene(scene: bpy.types.Scene, footage: FootageInfo) -> None:
    """Take over frame rate, frame range and resolution from the footage."""
    from romp_core.take.resample import grid_fps

    set_fps(scene, grid_fps(footage))
    timing = timing_of(footage, scene)
    scene.frame_start, scene.frame_end = timing.first, timing.last
    if not scene.frame_start <= scene.frame_current <= scene.frame_end:
        scene.frame_current = scene.frame_start
    scene.render.resolution_x, scene.render.resolution_y = footage.width, footage.height
    scene.render.resolution_percentage = 100
