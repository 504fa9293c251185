"""What each command runs, and what the worker remembers between them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .. import errors
from ..errors import MocapError, ModelError, TakeInUse
from ..jobs.live.messages import Live
from . import commands
from .commands import Command, Finished
from .file_time import file_time

if TYPE_CHECKING:
    from ..solve import SolveCache
    from ..take.take import Take
    from ..weights.store import WeightStore
    from .main import Pipe

Cancelled = Callable[[], bool]
log = logging.getLogger("romp_core.worker")
_MOST_FRAMES = 200_000
"""Frames of all people together beyond which nothing of a take is remembered: half a gigabyte."""


class Session:
    """The take that was solved last, with the results of its stages, as long as its file does not change."""

    def __init__(self) -> None:
        self._take: Take | None = None
        self._file: tuple[str, int | None] = ("", None)
        self._cache: SolveCache | None = None

    def load(self, path: str) -> Take:
        """The take of a file; the one in memory if the file is as it was left."""
        from ..storage.take_file import load_take

        if self._take is not None and self._file == (path, file_time(path)):
            return self._take
        self.forget()
        return load_take(path)

    def cache(self) -> SolveCache:
        """Where the next solve finds and leaves the results of its stages."""
        from ..solve import SolveCache

        if self._cache is None:
            self._cache = SolveCache()
        return self._cache

    def remember(self, take: Take, path: str) -> None:
        """Keep a take that was just saved, unless it is too large."""
        if sum(len(person.observations.frame_index) for person in take.people) > _MOST_FRAMES:
            self.forget()
        else:
            self._take, self._file = take, (path, file_time(path))

    def forget(self) -> None:
        """Free what is remembered."""
        self._take, self._file, self._cache = None, ("", None), None

    def save_interrupted(self, command: Command | Live, pipe: Pipe) -> str:
        """Save what the journal of a capture that failed holds; the file it is in, or ""."""
        from ..storage.journal import check_not_captured, journal_path, recover

        if not isinstance(command, commands.Capture) or not journal_path(command.out).exists():
            return ""
        try:
            check_not_captured(command.out)
            pipe.saving()
            return str(recover(command.out) or "")
        except TakeInUse:  # someone else's
            return ""
        except (MocapError, OSError):
            log.exception("the partial take could not be saved")
            return ""


def _capture(command: commands.Capture, pipe: Pipe, cancelled: Cancelled, session: Session) -> Finished:
    from ..jobs.capture import capture

    session.forget()
    store = _store(command.weights)
    take = capture(command.source, command.out, command.capture, command.solve, pipe, cancelled, store, session.cache())
    session.remember(take, command.out)
    return Finished(command.out)


def _detect_people(command: commands.DetectPeople, pipe: Pipe, cancelled: Cancelled, session: Session) -> Finished:
    from ..jobs.detect_people import detect_people

    found = detect_people(
        command.source, command.image, command.capture, pipe, cancelled, _store(command.weights), command.longest
    )
    return Finished(report=found.report, result=found.to_mapping())


def _solve(command: commands.Solve, pipe: Pipe, cancelled: Cancelled, session: Session) -> Finished:
    from ..jobs.solve import solve_take
    from ..storage.journal import check_not_captured

    check_not_captured(command.out)
    take = _as_asked(session.load(command.take), command)
    session.remember(solve_take(take, command.out, pipe, cancelled, session.cache()), command.out)
    return Finished(command.out)


def _as_asked(take: Take, command: commands.Solve) -> Take:
    """The take with the settings, heights and edits of a command."""
    heights, edits = dict(command.heights), command.edits or take.edits
    people = tuple(replace(person, height=heights.pop(person.id, person.height)) for person in take.people)
    made = {**edits.heights, **heights}  # of people whom the edits made
    edits = replace(edits, heights={id: height for id, height in made.items() if height})
    return replace(take, people=people, solve=command.solve, edits=edits)


def _add_parts(command: commands.AddParts, pipe: Pipe, cancelled: Cancelled, session: Session) -> Finished:
    from ..jobs.add_parts import add_parts
    from ..storage.journal import check_not_captured

    check_not_captured(command.out)
    take = _as_asked(session.load(command.take), command)
    session.forget()
    take = add_parts(take, command.out, command.parts, pipe, cancelled, command.footage, session.cache())
    session.remember(take, command.out)
    return Finished(command.out)


def _refine(command: commands.Refine, pipe: Pipe, cancelled: Cancelled, session: Session) -> Finished:
    from ..jobs.refine import refine
    from ..storage.journal import check_not_captured

    check_not_captured(command.out)
    take = _as_asked(session.load(command.take), command)
    session.forget()
    store = _store(command.weights)
    take = refine(take, command.out, pipe, cancelled, command.people, command.footage, store, session.cache())
    session.remember(take, command.out)
    return Finished(command.out)


def _import_results(command: commands.ImportResults, pipe: Pipe, cancelled: Cancelled, session: Session) -> Finished:
    from ..jobs.import_results import import_take

    session.forget()
    fps = command.fps or None
    take = import_take(command.source, command.out, command.solve, pipe, cancelled, fps, command.up, session.cache())
    session.remember(take, command.out)
    return Finished(command.out)


def _live(command: Live, pipe: Pipe, cancelled: Cancelled, session: Session) -> Finished:
    from ..jobs.live.session import live

    session.forget()
    ended = live(command, pipe, pipe.requests, cancelled, _store(command.weights))
    if cancelled():
        raise errors.Cancelled(hint="")
    return Finished(ended.take, ended.sentence, result=vars(ended.stats))


def _recover(command: commands.Recover, pipe: Pipe, cancelled: Cancelled, session: Session) -> Finished:
    from ..storage.journal import recover

    return Finished(str(recover(command.take) or ""))


def _download(command: commands.Download, pipe: Pipe, cancelled: Cancelled, session: Session) -> Finished:
    from ..jobs.download import download_files

    paths = download_files(command.keys, _store(command.weights), pipe, cancelled, command.address)
    return Finished(report=f"Downloaded {', '.join(path.name for path in paths)}.")


def _verify(command: commands.Verify, pipe: Pipe, cancelled: Cancelled, session: Session) -> Finished:
    from ..jobs.progress import Progress
    from ..jobs.verify import verify

    pipe.progress(Progress("verify", 0, 0, 0, 0))
    report = verify(command.name, command.file, _store(command.weights))
    log.info("report\n%s", report.text)
    if report.problem:
        raise ModelError(report.summary, "Choose another file.")
    return Finished(report=report.summary, details=True)


def _self_test(command: commands.SelfTest, pipe: Pipe, cancelled: Cancelled, session: Session) -> Finished:
    from ..jobs.self_test import self_test

    return Finished(report=self_test(pipe, cancelled))


def _store(folder: str) -> WeightStore:
    from ..models.registry import default_store

    return default_store(Path(folder) if folder else None)


RUNNERS: Final[Mapping[type[Command | Live], Callable[[Any, Pipe, Cancelled, Session], Finished]]] = {
    commands.Capture: _capture,
    commands.DetectPeople: _detect_people,
    commands.Solve: _solve,
    commands.AddParts: _add_parts,
    commands.Refine: _refine,
    commands.ImportResults: _import_results,
    Live: _live,
    commands.Recover: _recover,
    commands.Download: _download,
    commands.Verify: _verify,
    commands.SelfTest: _self_test,
}
