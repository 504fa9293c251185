"""The pipeline: footage -> estimator -> journal -> raw take -> solved take, with progress, preview and cancel."""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from .. import __version__
from ..bodies.embedded import load_body
from ..errors import Cancelled, MocapError, ModelError, SettingsError
from ..footage import open_footage
from ..geometry.projection import focal_from_fov
from ..geometry.skeleton import forward_kinematics
from ..geometry.spaces import WORLD_FROM_CAMERA_AXES
from ..models.registry import model_card
from ..solve import quick_pose, solve
from ..storage.journal import Journal, JournalHead, journal_path
from ..storage.take_file import check_target, save_take
from ..take.observations import Frame, People
from ..take.settings import CaptureSettings, SolveSettings, check
from ..take.take import FootageInfo, Provenance, Take, horizontal_fov
from ..tracking.one_euro import PreviewFilter
from ..typing import Array
from ..weights.store import WeightStore, default_store
from .progress import Clock, ProgressListener
from .selection import in_effect, most_to_follow, select

FLUSH_SECONDS = 2.0
PREVIEW_SECONDS = 0.25


class Listener(ProgressListener, Protocol):
    """What a caller of `capture` may want to hear."""

    def started(self, info: FootageInfo, model: str, provider: str, expected: int, remark: str) -> None:
        """The footage is open and the network is loaded; `remark` says what the user may not expect of that."""

    def preview(self, ids: Array, joints: Array) -> None:
        """A rough pose of the latest frame: ids (P,), joints (P, 24, 3) meters, z up, camera at the origin."""


def capture(
    source: str,
    out: str | Path,
    settings: CaptureSettings,
    solve_settings: SolveSettings,
    listener: Listener,
    cancelled: Callable[[], bool] = lambda: False,
    store: WeightStore | None = None,
) -> Take:
    """Capture and solve footage into the take file `out`; the raw take is saved before it is solved.

    Args:
        store: where the weight files are; the default store when left out.

    Raises:
        MocapError: footage, model or output are unusable; nobody was found.
        Cancelled: `cancelled()` became true; what there is was saved to `out`.
    """
    check(settings), check(solve_settings)
    check_target(out)
    take = _observe(source, out, settings, solve_settings, listener, cancelled, store or default_store())
    if not take.provenance.complete:
        raise Cancelled()
    if not take.people:
        raise ModelError("Nobody was found in the footage.", model_card(settings.model).hint_for_nobody)
    return resolve(take, out, listener, cancelled)


def _observe(
    source: str,
    out: str | Path,
    settings: CaptureSettings,
    solve_settings: SolveSettings,
    listener: Listener,
    cancelled: Callable[[], bool],
    store: WeightStore,
) -> Take:
    """Run the network and save the raw take; it is not complete when the run was cancelled."""
    card = model_card(settings.model)
    remarks = store.verified(card.needs)
    with open_footage(source, settings.start, settings.end) as footage:
        estimator = card.open(footage.info, replace(settings, people=most_to_follow(settings)), store)
        provenance = Provenance(
            model=card.name,
            model_license=card.license,
            body_license=card.body_license(store),
            weights=card.weights(store),
            core_version=__version__,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            model_focal=card.focal,
        )
        head = JournalHead(uuid.uuid4().hex, footage.info, in_effect(settings), solve_settings, provenance)
        journal = Journal(journal_path(out), head)
        told = " ".join(filter(None, (estimator.remark, *remarks)))
        listener.started(footage.info, card.label, estimator.provider, footage.expected_frames, told)

        def wanted(frames: Iterable[Frame]) -> Iterator[People]:
            return select(estimator.run(frames), settings, footage.info)

        try:
            stopped = _run(footage.frames(), footage.expected_frames, wanted, journal, head, listener, cancelled)
            remark = " ".join(filter(None, (footage.remark, *remarks)))
            journal.head = replace(head, footage=footage.info, provenance=replace(provenance, remark=remark))
            take = journal.take(complete=not stopped)
            if take.people or stopped:
                save_take(take, out)
        except SettingsError:  # a chosen person is not there: nothing is worth keeping
            journal.delete()
            raise
        except BaseException:
            journal.close()
            raise
        journal.delete()
    return take


def resolve(take: Take, out: str | Path, listener: Listener, cancelled: Callable[[], bool] = lambda: False) -> Take:
    """Solve a raw or solved take with its present settings and save it; the network does not run.

    Raises:
        Cancelled: the take on disk is left as it was.
    """
    check(take.solve)
    clock = Clock("solve", 1.0, listener)

    def on_progress(fraction: float) -> None:
        if cancelled():
            raise Cancelled()
        clock.tick(fraction)

    solved = solve(take, on_progress)
    save_take(solved, out)
    return solved


def _run(
    frames: Iterable[Frame],
    expected: int,
    estimate: Callable[[Iterable[Frame]], Iterator[People]],
    journal: Journal,
    head: JournalHead,
    listener: Listener,
    cancelled: Callable[[], bool],
) -> bool:
    """Feed the journal until the footage ends; True when it was cancelled."""
    waiting: deque[Frame] = deque()
    broken: list[MocapError] = []

    def tapped() -> Iterator[Frame]:
        try:
            for frame in frames:
                if cancelled():
                    return
                waiting.append(replace(frame, image=np.empty(0)))
                yield frame
        except MocapError as error:  # first let the estimator give out the frames that it holds back
            broken.append(error)

    clock = Clock("capture", expected, listener)
    preview = _Preview(head, listener)
    flushed = time.monotonic()
    for done, people in enumerate(estimate(tapped()), start=1):
        frame = waiting.popleft()
        journal.add(frame, people)
        clock.tick(done)
        preview.show(people, frame.time)
        if time.monotonic() - flushed > FLUSH_SECONDS:
            journal.flush()
            flushed = time.monotonic()
    if broken:
        journal.flush()
        raise broken[0]
    return cancelled()


class _Preview:
    """A quick pose of the latest people, a few times a second."""

    def __init__(self, head: JournalHead, listener: Listener) -> None:
        info = head.footage
        fov = horizontal_fov(info, head.solve.fit)
        self.focal, self.center = focal_from_fov(fov, info.width), np.array([info.width, info.height]) / 2
        self.rest = load_body().rest_joints(head.solve.scale.height)
        self.filter = PreviewFilter()
        self.listener = listener
        self.shown = 0.0

    def show(self, people: People, at: float) -> None:
        """Show the people of a picture at `at` seconds, unless others were shown just now."""
        if not len(people) or (people.keypoints3d is None and people.rotations is None):
            return
        ids = np.arange(len(people)) if people.ids is None else people.ids
        root, rotations = people.root, people.rotations
        if root is not None and rotations is not None:  # every picture counts for the filter, shown or not
            rotations, root = self.filter.smooth(ids, rotations, root, at)
        now = time.monotonic()
        if now - self.shown < PREVIEW_SECONDS:
            return
        self.shown = now
        if root is None or rotations is None or people.rest_joints is None:
            joints = self._fitted(people)
        else:
            joints = forward_kinematics(rotations, root, people.rest_joints)[0]
        self.listener.preview(ids, joints @ WORLD_FROM_CAMERA_AXES.T)

    def _fitted(self, people: People) -> Array:
        """Joints (P, 24, 3) in camera space of people of whom landmarks alone are known."""
        assert people.keypoints3d is not None
        poses = [
            quick_pose(points, visible, world, self.focal, self.center, self.rest)
            for points, visible, world in zip(people.keypoints2d, people.visibility, people.keypoints3d, strict=True)
        ]
        return np.stack([forward_kinematics(rotations, root, self.rest)[0] for rotations, root in poses])
