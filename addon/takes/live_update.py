"""Solving again while a setting is being changed, so that the characters follow the slider.

The worker keeps the results of the earlier stages of the solve; a change of a late setting takes a moment. Changes that
come while it solves are taken up together when it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import bpy

from ..blender import scene_index
from ..blender.undo import push_undo
from ..worker import jobs
from ..worker.launch import must_wait
from . import characters, take_list

if TYPE_CHECKING:
    from .properties import ROMP_MOCAP_PG_take

_RETRY_SECONDS = 0.02
_SETTLED_SECONDS = 1.0
_requested: tuple[int, str] | None = None


def setting_changed(owner: Any, _context: bpy.types.Context | None) -> None:
    """Update callback of a take's solve settings, and of a person's height."""
    scene = owner.id_data
    for entry in scene.romp_mocap.takes:
        if owner == entry.solve or owner in entry.people.values():
            request(scene, entry)


def request(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take) -> None:
    """Solve this take soon, where it has characters that can follow."""
    global _requested
    if scene.romp_mocap.live_update and not must_wait(False) and characters.made_characters(scene, entry):
        _requested = (scene.session_uid, entry.take_id)
        _unregister(_push_undo)
        if not bpy.app.timers.is_registered(_solve_requested):
            bpy.app.timers.register(_solve_requested, first_interval=0.0)


def stop() -> None:
    """Forget what was requested."""
    global _requested
    _requested = None
    _unregister(_solve_requested)
    _unregister(_push_undo)


def pending() -> bool:
    """True while changes wait to be taken up."""
    return _requested is not None


def push_undo_when_settled() -> None:
    """Make one undo step for all that a dragged slider changed, once it rests."""
    _unregister(_push_undo)
    if _requested is None:
        bpy.app.timers.register(_push_undo, first_interval=_SETTLED_SECONDS)


def _push_undo() -> None:
    push_undo("Solve Again")


def _unregister(timer: Callable[[], float | None]) -> None:
    if bpy.app.timers.is_registered(timer):
        bpy.app.timers.unregister(timer)


def _solve_requested() -> float | None:
    from romp_core.errors import MocapError

    from .solve import start_solving

    global _requested
    if jobs.current() is not None:
        return _RETRY_SECONDS
    if _requested is None:
        return None
    uid, take_id = _requested
    _requested = None
    scene = scene_index.scene_of(uid)
    entry = take_list.find_take(scene, take_id) if scene else None
    if scene is None or entry is None:
        return None
    try:
        start_solving(scene, entry, characters.made_characters(scene, entry), wait=False, quiet=True)
    except MocapError as error:
        jobs.report(error)
    return None
