"""How a take lies on the scene's timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from romp_core.take.take import FootageInfo
    from romp_core.typing import Array

FIRST_FRAME = 1


@dataclass(frozen=True)
class Timing:
    """Where footage samples fall in the scene.

    Attributes:
        first: scene frame of the footage's first frame. rate: scene frames per sample of the footage's even time grid.
        samples: number of grid samples from the first to the last frame.
    """

    first: int
    rate: float
    samples: int

    @property
    def last(self) -> int:
        """Scene frame of the footage's last frame."""
        return round(self.first + (self.samples - 1) * self.rate)

    def frames(self, grid: Array) -> Array:
        """Grid samples (fractional index) -> scene frames, whole where the rates agree."""
        return self.first + grid * self.rate


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

    rate = scene_fps(scene) / grid_fps(footage)
    if abs(rate - 1.0) < 1e-5:  # Blender keeps the rate in single precision
        rate = 1.0
    return Timing(FIRST_FRAME, rate, round(float(to_grid(footage.times[-1], footage))) + 1)


def fit_scene(scene: bpy.types.Scene, footage: FootageInfo) -> None:
    """Take over frame rate, frame range and resolution from the footage."""
    from romp_core.take.resample import grid_fps

    set_fps(scene, grid_fps(footage))
    timing = timing_of(footage, scene)
    scene.frame_start, scene.frame_end = timing.first, max(timing.last, timing.first)
    if not scene.frame_start <= scene.frame_current <= scene.frame_end:
        scene.frame_current = scene.frame_start
    scene.render.resolution_x, scene.render.resolution_y = footage.width, footage.height
    scene.render.resolution_percentage = 100
