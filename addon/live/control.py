"""The one live capture: what the worker reports moves the targets, and ends as actions and takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import bpy

from ..blender import icons, scene_index
from ..blender.redraw import redraw_sidebars
from ..blender.undo import push_undo
from ..takes import take_list
from ..worker import jobs
from .own_character import OwnCharacter
from .own_rig import OwnRig
from .recorded import Recorded
from .state import Display

if TYPE_CHECKING:
    from romp_core.jobs.live.messages import LivePeople, LivePosed, LiveRecorded
    from romp_core.typing import Array

    from ..worker.outcome import Outcome

IMAGE = "romp_mocap live"
"""Name of the icon that shows the newest frame."""
_GONE = "The character was deleted, so the live capture has ended."


class Control:
    """A live capture in a scene; `jobs` hands it what the worker reports.

    Attributes:
        display: what the panel shows.
    """

    def __init__(self, scene: bpy.types.Scene, rig: bpy.types.Object | None) -> None:
        """Take up the target.

        Args:
            rig: of the user's; None for characters of the extension's own.

        Raises:
            romp_core.errors.RetargetError: the rig has no mapping.
        """
        self.display = Display()
        self._scene_uid = scene.session_uid
        self._rig = OwnRig(scene, rig) if rig is not None else None
        self._characters: dict[int, OwnCharacter] = {}
        self._rest: dict[int, tuple[Array, Array]] = {}  # joints and fingers at rest
        self._followed: int | None = None
        self._recorded: Recorded | None = None
        self._actions: list[tuple[OwnCharacter, list[bpy.types.Action]]] = []
        self._ended = False

    # --- what jobs calls ---

    def hear(self, reports: Sequence[Any]) -> None:
        """Take in what the worker reports; of several poses the newest is shown, and all are kept while it records."""
        from romp_core.jobs.live import messages

        newest: LivePosed | None = None
        for report in reports:
            if isinstance(report, messages.LivePosed):
                newest = report
                self._keep(report)
            elif isinstance(report, messages.LivePeople):
                self._know(report)
            elif isinstance(report, messages.LiveThumbnail):
                self.display.image_size = icons.show_array(IMAGE, report.image)
                redraw_sidebars()
            elif isinstance(report, messages.LiveRecorded):
                self._end_recording(report)
            else:
                self._note(report)
        if newest is not None and not self._ended:
            self._show(newest)

    def stop(self) -> None:
        """Ask the worker to end it."""
        from romp_core.jobs.live.messages import LiveStop

        self.ask(LiveStop())

    def ask(self, request: Any) -> None:
        """Ask something of the worker."""
        session = jobs.current()
        if session is not None and session.live is self:
            session.job.send(request)

    def let_go(self) -> None:
        """Undo or another file makes what is known of the scene invalid: nothing is changed any more."""
        self._ended, self._rig, self._recorded = True, None, None
        self._characters.clear()
        self._actions.clear()
        self.stop()

    def finished(self, outcome: Outcome) -> str:
        """The job has ended: characters get the actions that were recorded; returns a remark for the user."""
        from ..bake.action import take_over

        for character, actions in self._actions:
            for item, action in zip((character.item, character.face_keys), actions, strict=False):
                if item is not None:
                    take_over(item, action)
        if self._characters or self._actions:
            push_undo("Live Capture")
        count = sum(len(actions) for _, actions in self._actions)
        self.let_go()
        return f"Recorded actions: {count}." if count else ""

    # --- what is reported ---

    def _note(self, report: Any) -> None:
        from romp_core.jobs.live import messages

        if isinstance(report, messages.LiveState):
            self.display.state = report
        elif isinstance(report, messages.LiveStats):
            self.display.stats = report
            self.display.provider = report.provider.removesuffix("ExecutionProvider")
        elif isinstance(report, messages.LiveRecording):
            self.display.recording = report
        elif isinstance(report, messages.LiveCalibrated):
            self.display.message = f"{report.sentence} {report.hint}".strip()
        redraw_sidebars()

    def _know(self, report: LivePeople) -> None:
        """Make characters for new people; those who were calibrated get their new size."""
        scene = scene_index.scene_of(self._scene_uid)
        columns = report.ids.tolist(), report.rest_joints, report.builds, report.rest_fingers
        for person_id, rest, build, fingers in zip(*columns, strict=True):
            self._rest[person_id] = rest, fingers
            if self._rig is None and scene is not None and not self._ended:
                self._characters[person_id] = OwnCharacter(scene, person_id, rest, build, fingers, report.has_face)

    def _show(self, posed: LivePosed) -> None:
        """Apply the pose of the newest frame."""
        began, ids = time.perf_counter(), posed.ids.tolist()
        self.display.people = len(ids)
        there = True
        try:
            if self._rig is not None and ids:
                if self._followed not in ids:
                    self._followed = ids[0]
                row = ids.index(self._followed)
                if self._followed in self._rest:
                    shown = posed.rotations[row], posed.root[row], posed.face[row]
                    there = self._rig.show(*shown, *self._rest[self._followed])
            for row, person_id in enumerate(ids if self._rig is None else ()):
                character = self._characters.get(person_id)
                there &= character is None or character.show(posed.rotations[row], posed.root[row], posed.face[row])
        except ReferenceError:  # it is gone from the file
            there = False
        if not there:
            self.display.message, self._ended = _GONE, True
            self.stop()
            return
        if ids:
            self.display.posed(posed.captured, began)

    def _keep(self, posed: LivePosed) -> None:
        """Keep the poses that belong to the recording."""
        if not posed.recording or self._rig is not None or self._ended:
            return
        self._recorded = self._recorded or Recorded()
        for row, person_id in enumerate(posed.ids.tolist()):
            self._recorded.add(posed.time, person_id, posed.rotations[row], posed.root[row], posed.face[row])

    def _end_recording(self, report: LiveRecorded) -> None:
        """A recording becomes actions of the live characters, and a take in the list."""
        recorded, self._recorded, self.display.recording = self._recorded, None, None
        self.display.message = f"{report.sentence} {report.hint}".strip()
        scene = scene_index.scene_of(self._scene_uid)
        if scene is None or self._ended:
            return
        if recorded is not None:
            for character in self._characters.values():
                actions = recorded.make_actions(scene, character, "Live")
                if actions:
                    self._actions.append((character, actions))
        if report.take:
            take_list.add_take(scene, report.take)
        redraw_sidebars()


def current() -> Control | None:
    """The live capture that runs, or None."""
    session = jobs.current()
    return session.live if session is not None and isinstance(session.live, Control) else None


@bpy.app.handlers.persistent
def _let_go(*_arguments: Any) -> None:
    control = current()
    if control is not None:
        control.let_go()


def register() -> None:
    """End a live capture before undo and before another file is loaded."""
    for handlers in (bpy.app.handlers.load_pre, bpy.app.handlers.undo_pre, bpy.app.handlers.redo_pre):
        handlers.append(_let_go)


def unregister() -> None:
    """Undo `register`."""
    for handlers in (bpy.app.handlers.load_pre, bpy.app.handlers.undo_pre, bpy.app.handlers.redo_pre):
        handlers.remove(_let_go)
