"""A live capture from its start to its end: frames in, poses out, and what is asked of it meanwhile."""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ...errors import MocapError, ModelError
from ...footage.stream import Feed, LiveFrame, open_live
from ...footage.stream.problems import shown
from ...images.pixels import image_of, pixels_of
from ...models.base import LiveEstimator, ModelCard, check_parts
from ...models.parts import add_parts, open_parts
from ...models.registry import MODELS, default_store, model_card
from ...solve.causal.solver import CausalSolver
from ...storage.assemble import TakeHead
from ...take.observations import Frame, People
from ...take.settings import check
from ...take.take import FootageInfo, horizontal_fov
from ...weights.store import WeightStore
from ..provenance import provenance_of
from ..selection import in_effect
from .calibration import Calibration
from .close_ups import CloseUps, carried
from .counters import Counters
from .messages import (
    Live,
    LiveCalibrate,
    LiveMirror,
    LivePause,
    LiveRecord,
    LiveRecorded,
    LiveState,
    LiveStats,
    LiveStop,
    LiveStopRecording,
    Report,
    Request,
)
from .motion_out import MotionOut
from .output import Output
from .recording import Recording

_WAIT_S = 0.05
_STATS_S = 0.5


class LiveListener(Protocol):
    """Hears of a live capture."""

    def started(self, info: FootageInfo, model: str, provider: str, expected: int, remark: str) -> None:
        """See `jobs.listener.Listener`."""

    def send(self, report: Report) -> None:
        """Take in a report; quickly, since the next frame waits."""

    def saving(self) -> None:
        """The recording is being saved."""


@dataclass(frozen=True)
class LiveEnd:
    """How a live capture ended.

    Attributes:
        take: file of the last recording, "" when there is none. sentence: why it ended by itself, or what was recorded.
        stats: of all of it.
    """

    take: str
    sentence: str
    stats: LiveStats


def live(
    command: Live,
    listener: LiveListener,
    requests: queue.SimpleQueue[Request],
    cancelled: Callable[[], bool] = lambda: False,
    store: WeightStore | None = None,
) -> LiveEnd:
    """Capture live until it is stopped or cancelled, or the source ends; a recording is saved then.

    Raises:
        MocapError: the source cannot be opened, or the model cannot run live.
    """
    check(command.capture), check(command.solve), check(command.live)
    card, store = model_card(command.capture.model), store or default_store()
    check_parts(card, command.capture)
    if card.capabilities.stream or not card.has_poses:
        raise _not_live(card)
    feed = Feed(open_live(command.source, command.live), command.live.patience)
    return live_feed(command, feed, listener, requests, cancelled, store)


def live_feed(
    command: Live,
    feed: Feed,
    listener: LiveListener,
    requests: queue.SimpleQueue[Request],
    cancelled: Callable[[], bool],
    store: WeightStore,
) -> LiveEnd:
    """The same for a feed, which is opened and closed. See `live`."""
    card = model_card(command.capture.model)
    remarks = store.verified(card.needs)
    motion_out = MotionOut(command.live) if command.live.vmc.strip() else None
    try:
        feed.open()
        info = _footage(command, feed)
        estimator = card.open(info, in_effect(command.capture), store)
        if not isinstance(estimator, LiveEstimator):
            raise _not_live(card)
        head = TakeHead(
            "", info, in_effect(command.capture), command.solve, provenance_of(card, store, command.capture)
        )
        listener.started(info, card.label, estimator.provider, 0, " ".join(filter(None, (estimator.remark, *remarks))))
        session = _Session(command, card, feed, head, listener, requests, cancelled, estimator.provider, motion_out)
        return session.run(estimator)
    finally:
        feed.close()
        if motion_out is not None:
            motion_out.close()


class _Session:
    def __init__(
        self,
        command: Live,
        card: ModelCard,
        feed: Feed,
        head: TakeHead,
        listener: LiveListener,
        requests: queue.SimpleQueue[Request],
        cancelled: Callable[[], bool],
        provider: str,
        motion_out: MotionOut | None,
    ) -> None:
        self._motion_out = motion_out
        self._feed, self._head = feed, head
        self._listener, self._requests, self._cancelled = listener, requests, cancelled
        model_focal = card.focal if card.capabilities.rotations else None
        fov = horizontal_fov(head.footage, command.solve.fit, model_focal)
        self._solver = CausalSolver(feed.size, fov, command.solve, command.capture)
        self._counters = Counters(provider)
        self._output = Output(listener.send, card.layout, command.live.thumbnail, command.capture)
        self._recording: Recording | None = None
        self._calibration: Calibration | None = None
        self._mirror, self._paused, self._stopped = command.live.mirror, False, False
        self._mirror_next = self._mirror
        self._state = LiveState("")
        self._waiting: deque[tuple[LiveFrame, bool]] = deque()  # frames whose people are not final
        self._stats_at = 0.0
        self._take = self._sentence = ""
        self._parts = command.capture
        parts = open_parts(command.capture, card.layout)
        self._close_ups = CloseUps(lambda people, frame: add_parts(people, frame, parts)) if parts else None
        self._read: dict[int, People] = {}  # people with their close-ups by number of the frame

    def run(self, estimator: LiveEstimator) -> LiveEnd:
        """Until the end."""
        began = time.perf_counter()
        self._feed.go()
        try:
            for people in estimator.run_live(self._frames(), self._on_people):
                frame, recorded = self._waiting.popleft()
                if recorded and self._recording is not None:
                    self._recording.final(self._with_close_ups(people, frame.number))
        finally:
            if self._close_ups is not None:
                self._close_ups.close()
            if self._recording is not None:
                self._listener.saving()
                self._end_recording()
        stats = self._counters.overall(time.perf_counter() - began, self._feed.received, self._feed.dropped)
        trouble = self._feed.trouble
        if self._feed.ended and trouble is not None:
            self._sentence = f"{trouble.sentence} The live capture has ended."
        return LiveEnd(self._take, self._sentence, stats)

    # --- between frames ---

    def _frames(self) -> Iterator[Frame]:
        while True:
            self._hear()
            self._tick()
            if self._stopped or self._cancelled() or self._feed.ended:
                return
            frame = self._feed.take(_WAIT_S)
            if frame is None or self._paused:
                continue
            if self._mirror:
                frame = replace(frame, image=image_of(np.ascontiguousarray(pixels_of(frame.image)[:, ::-1])))
            self._waiting.append((frame, False))
            yield Frame(frame.number, frame.time, frame.image)

    def _hear(self) -> None:
        """Do what is asked."""
        while not self._requests.empty():
            request = self._requests.get()
            if isinstance(request, LiveStop):
                self._stopped = True
            elif isinstance(request, LivePause):
                self._paused = request.paused
                self._feed.pause(request.paused)
                if self._recording is not None:
                    self._recording.pause(request.paused)
            elif isinstance(request, LiveMirror):
                self._mirror_next = request.mirror
            elif isinstance(request, LiveCalibrate):
                self._calibration = Calibration(request, self._present_head())
            elif isinstance(request, LiveRecord):
                self._record(request)
            elif isinstance(request, LiveStopRecording):
                self._end_recording()

    def _tick(self) -> None:
        """What happens by itself."""
        self._tell_state()
        if self._mirror_next != self._mirror and self._recording is None:  # a recording stays as it began
            self._mirror = self._mirror_next
            self._solver.place(self._solver.placement)
        if self._calibration is not None and (result := self._calibration.result()) is not None:
            self._calibration = None
            report, placement = result
            if placement is not None:
                self._solver.place(placement)
            self._listener.send(report)
        if self._recording is not None and self._recording.done:
            self._end_recording()
        now = time.perf_counter()
        if now - self._stats_at >= _STATS_S:
            self._stats_at = now
            self._listener.send(self._counters.latest(now, self._feed.received, self._feed.dropped))
            if self._recording is not None:
                self._listener.send(self._recording.state)

    def _tell_state(self) -> None:
        trouble = self._feed.trouble
        if trouble is not None and not self._feed.ended:
            state = LiveState("waiting", trouble.sentence, trouble.hint)
        else:
            state = LiveState("paused" if self._paused else "running")
        if state.state != self._state.state:
            self._state = state
            self._listener.send(state)

    def _present_head(self) -> TakeHead:
        """Of a recording: with the mirror as it is."""
        footage = self._head.footage
        return replace(self._head, footage=replace(footage, mirrored=footage.mirrored != self._mirror))

    def _record(self, request: LiveRecord) -> None:
        self._end_recording()
        try:
            self._recording = Recording(request, self._present_head(), self._feed.footage is not None)
        except MocapError as error:
            self._listener.send(LiveRecorded("", sentence=error.sentence, hint=error.hint))
            return
        self._listener.send(self._recording.state)

    def _end_recording(self) -> None:
        if self._recording is None:
            return
        ended, self._recording = self._recording.end(), None
        self._waiting = deque((frame, False) for frame, _ in self._waiting)
        self._take = ended.take or self._take
        self._sentence = ended.sentence
        self._listener.send(ended)

    # --- a frame ---

    def _on_people(self, frame: Frame, people: People) -> None:
        """Pose the people of the newest frame, and tell it before anything else is done."""
        live_frame, _ = self._waiting.pop()
        recorded = self._recording is not None and self._recording.at_once(live_frame, self._blank(people))
        self._look_closer()
        self._waiting.append((replace(live_frame, image=np.empty(0)), recorded))
        poses = self._solver.solve(people, frame.time)
        self._output.poses(live_frame, poses, self._solver, recorded)
        if self._motion_out is not None:
            self._motion_out.send(frame.time, poses, self._solver)
        self._counters.posed(time.perf_counter() - live_frame.captured)
        if self._calibration is not None:
            self._calibration.add(live_frame, people)
        if self._close_ups is not None:
            self._close_ups.offer(people, frame)
        self._output.image(frame.image, people)

    # --- hands and faces ---

    def _look_closer(self) -> None:
        """Take in what was read meanwhile: the next pose has it."""
        for people, frame in self._close_ups.finished() if self._close_ups is not None else ():
            self._solver.see(people, frame.time)
            if self._recording is not None:
                self._read[frame.source_frame] = people

    def _with_close_ups(self, people: People, number: int) -> People:
        """The final people of a frame that is recorded."""
        if self._close_ups is None:
            return people
        self._close_ups.wait_for(number)
        self._look_closer()
        seen = self._read.pop(number, None)
        self._read = {later: each for later, each in self._read.items() if later > number}
        return carried(people, seen, self._parts)

    def _blank(self, people: People) -> People:
        return people if self._close_ups is None else carried(people, None, self._parts)


def _footage(command: Live, feed: Feed) -> FootageInfo:
    if feed.footage is not None:
        return feed.footage
    rate = command.live.camera_rate or 30.0
    return FootageInfo(shown(command.source), *feed.size, rate, np.zeros(0), np.zeros(0, np.int32))


def _not_live(card: ModelCard) -> MocapError:
    names = [each.label for each in MODELS.values() if each.has_poses and not each.capabilities.stream]
    reason = "it needs frames in advance" if card.has_poses else "it gives keypoints in the image only"
    return ModelError(f"{card.label} cannot run live, since {reason}.", f"Choose one of: {', '.join(names)}.")
