"""Whose word about the camera's motion counts: the background's, the model's, or the user's that it stands still."""

from __future__ import annotations

from ...take.estimates import CameraFinding
from ...take.take import Camera
from ...typing import Array
from ..heights import stature
from ..person_fit import motion_of
from ..scene import Scene
from .camera_path import camera_path, still_camera
from .tracked_camera import tracked_camera


def chosen_camera(scene: Scene, mode: str) -> tuple[Camera, Array | None]:
    """The camera's path in the space of the first frame's camera.

    Args:
        mode: as in the settings of the camera.

    Returns:
        the path; and (3,) the way up in the same space, where the background shows it.
    """
    tracked = scene.tracked
    if tracked is not None and (mode == "track" or (mode == "auto" and (tracked.is_moving or tracked.is_still))):
        motions = [motion_of(actor, actor.fitted) for actor in scene.actors]
        return tracked_camera(tracked, motions, scene.fov, scene.footage)
    if mode not in ("auto", "model"):
        return still_camera(scene.fov), None
    known = [(actor, actor.estimated) for actor in scene.actors if actor.estimated is not None]
    scales = [actor.stature / stature(estimated) for actor, estimated in known]
    observations = [actor.person.observations for actor, _ in known]
    return camera_path(observations, scales, scene.fov, scene.footage), None


def camera_finding(scene: Scene, mode: str) -> CameraFinding | None:
    """How the camera of a solved scene moves, and what shows it; None where nothing tells."""
    if scene.edits.camera is not None:
        return "given"
    if mode == "static":
        return "static"
    tracked = scene.tracked
    kinds = {shot.kind for _, shot in tracked.shots} if tracked is not None else set()
    if tracked is not None and tracked.is_moving:
        return "moves" if "moves" in kinds else "turns"
    if tracked is not None and tracked.is_still:
        return "still"
    if scene.path is not None and len(scene.path.rotation) > 1:
        return "model"
    return "incoherent" if "incoherent" in kinds else "unknown" if tracked is not None else None
