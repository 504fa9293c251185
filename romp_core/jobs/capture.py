"""The pipeline: footage -> estimator -> journal -> raw take -> solved take, with progress, preview and cancel."""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..errors import Cancelled, MocapError, ModelError, SettingsError
from ..footage import open_footage
from ..models.base import check_parts
from ..models.parts import open_parts, with_parts
from ..models.registry import default_store, model_card
from ..solve import SolveCache
from ..storage.assemble import TakeHead
from ..storage.journal import Journal
from ..storage.take_file import check_target, save_take
from ..take.background import FramePoints
from ..take.observations import Frame, People
from ..take.settings import CaptureSettings, SolveSettings, check
from ..take.take import Take
from ..tracking.background.point_tracker import PointTracker
from ..weights.store import WeightStore
from .listener import Listener
from .preview import Preview
from .progress import Clock
from .provenance import provenance_of
from .selection import in_effect, most_to_follow, select
from .solve import solve_take

ONLY_KEYPOINTS = "These are keypoints in the image, for counting and export; they move no character."
FLUSH_SECONDS = 1.0
"""How much of the work, and of the footage, a kill may cost at most."""


def capture(
    source: str,
    out: str | Path,
    settings: CaptureSettings,
    solve_settings: SolveSettings,
    listener: Listener,
    cancelled: Callable[[], bool] = lambda: False,
    store: WeightStore | None = None,
    cache: SolveCache | None = None,
) -> Take:
    """Capture and solve footage into the take file `out`; the raw take is saved before it is solved.

    What a model knows in the image only is left as it is: there is nothing to solve.

    Args:
        store: where the weight files are; the default store when left out.
        cache: takes up the results of the solve's stages, for a later solve with other settings.

    Raises:
        MocapError: footage, model or output are unusable; nobody was found. TakeInUse: another capture writes `out`.
        Cancelled: `cancelled()` became true; what there is was saved to `out`, nothing before anybody was
            found.
    """
    check(settings), check(solve_settings)
    check_target(out)
    with _observed(source, out, settings, solve_settings, listener, cancelled, store or default_store()) as take:
        if not take.provenance.complete:
            raise Cancelled()
        if not take.people:
            raise ModelError("Nobody was found in the footage.", model_card(settings.model).hint_for_nobody)
        return solve_take(take, out, listener, cancelled, cache) if take.has_poses else take


@contextmanager
def _observed(
    source: str,
    out: str | Path,
    settings: CaptureSettings,
    solve_settings: SolveSettings,
    listener: Listener,
    cancelled: Callable[[], bool],
    store: WeightStore,
) -> Iterator[Take]:
    """Run the network and save the raw take; it is not complete when the run was cancelled.

    Until the block ends, no other capture can begin to write the same take.
    """
    card = model_card(settings.model)
    check_parts(card, settings)
    remarks = store.verified(card.needs)
    with open_footage(source, settings.start, settings.end, settings.frame_rate) as footage:
        estimator = card.open(footage.info, replace(settings, people=most_to_follow(settings)), store)
        provenance = provenance_of(card, store, settings)
        head = TakeHead(uuid.uuid4().hex, footage.info, in_effect(settings), solve_settings, provenance)
        journal = Journal(out, head)
        rescued = f"What an interrupted capture left is kept in {journal.rescued.name}." if journal.rescued else ""
        remark = " ".join(filter(None, (estimator.remark, *remarks, rescued)))
        listener.started(footage.info, card.label, estimator.provider, footage.expected_frames, remark)

        def selected(frames: Iterable[Frame]) -> Iterator[People]:
            return select(estimator.run(frames), settings, footage.info)

        def estimated(frames: Iterable[Frame]) -> Iterator[People]:
            parts = open_parts(settings, card.layout)
            return with_parts(frames, selected, parts) if parts else selected(frames)

        try:
            stopped = _run(footage.frames(), footage.expected_frames, estimated, journal, head, listener, cancelled)
            remark = " ".join(filter(None, (footage.remark, *remarks, "" if card.has_poses else ONLY_KEYPOINTS)))
            if stopped:
                if journal.empty:
                    raise Cancelled(hint="")
                listener.saving()
            journal.head = replace(head, footage=footage.info, provenance=replace(provenance, remark=remark))
            take = journal.take(complete=not stopped)
            if stopped and not take.people:
                raise Cancelled(hint="")
            if take.people:
                save_take(take, out)
        except (SettingsError, Cancelled):  # a selected person is not there, or nothing is: nothing is worth keeping
            journal.delete()
            raise
        except BaseException:
            journal.close()
            raise
    try:
        yield take
    finally:
        journal.delete()


def _run(
    frames: Iterable[Frame],
    expected: int,
    estimate: Callable[[Iterable[Frame]], Iterator[People]],
    journal: Journal,
    head: TakeHead,
    listener: Listener,
    cancelled: Callable[[], bool],
) -> bool:
    """Feed the journal until the footage ends; True when it was cancelled before that."""
    waiting: deque[tuple[Frame, Future[FramePoints]]] = deque()
    points = PointTracker(head.footage.width, head.footage.height)
    beside = ThreadPoolExecutor(1, "background")  # the model need not wait for it
    broken: list[MocapError] = []
    stopped = False

    def watched() -> Iterator[Frame]:
        nonlocal stopped
        try:
            for frame in frames:
                if cancelled():
                    stopped = True
                    return
                waiting.append((replace(frame, image=np.empty(0)), beside.submit(points.track, frame.image)))
                yield frame
        except MocapError as error:  # first let the estimator give out the frames that it holds back
            broken.append(error)

    clock = Clock("capture", expected, listener)
    preview = Preview(head.footage, head.solve, listener)
    flushed, covered = time.monotonic(), 0.0
    with beside:
        for done, people in enumerate(estimate(watched()), start=1):
            frame, followed = waiting.popleft()
            journal.add(replace(frame, background=followed.result()), people)
            clock.tick(done)
            preview.show(people, frame.time)
            if time.monotonic() - flushed > FLUSH_SECONDS or frame.time - covered > FLUSH_SECONDS:
                journal.flush()
                flushed, covered = time.monotonic(), frame.time
    if broken:
        journal.flush()
        raise broken[0]
    return stopped
