"""The worker process: jobs one after the other, messages on stdin and stdout, everything else on stderr.

It stays between jobs, so that solving a take again starts from what the last solve of it computed. When stdin ends, the
parent is gone: the worker saves what it has and ends.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

from ..errors import Cancelled, MocapError
from ..jobs.live.messages import Live, Report, Request
from ..jobs.progress import Progress
from ..storage.messages import ProtocolError, read_message, write_message
from ..take.take import FootageInfo
from ..typing import Array
from . import commands
from .commands import Command, Event, Failed, from_message, to_message
from .file_time import file_time
from .runners import RUNNERS, Session

ORPHAN_GRACE_SECONDS = 5.0
log = logging.getLogger("romp_core.worker")


class Pipe:
    """Sends the events of one job to the parent; the listener of its work.

    Attributes:
        requests: what the parent asks of the job while it runs.
    """

    def __init__(self, stream: BinaryIO, job: int, requests: queue.SimpleQueue[Request]) -> None:
        self.stream, self.job, self.requests = stream, job, requests

    def send(self, event: Event | Report) -> None:
        """Send an event, unless nobody listens any more."""
        try:
            write_message(self.stream, *to_message(event, self.job))
        except BrokenPipeError:
            log.info("the parent is gone")

    def started(self, info: FootageInfo, model: str, provider: str, expected: int, remark: str) -> None:
        """See `jobs.listener.Listener`."""
        self.send(commands.Started(model, provider, info.width, info.height, info.fps, expected, remark))

    def progress(self, progress: Progress) -> None:
        """See `jobs.listener.Listener`."""
        self.send(commands.Progressed(**vars(progress)))

    def preview(self, ids: Array, joints: Array) -> None:
        """See `jobs.listener.Listener`."""
        self.send(commands.Previewed(ids, joints.astype("float32")))

    def saving(self) -> None:
        """See `jobs.listener.Listener`."""
        self.send(commands.Saving())


def run_job(command: Command | Live, pipe: Pipe, cancelled: Callable[[], bool], session: Session) -> None:
    """Run one job; its last event is always one of `Finished`, `Cancelled`, `Failed`."""
    out = str(getattr(command, "out", ""))
    before = file_time(out)

    def left() -> str:
        """The take file, if this job wrote it."""
        return out if file_time(out) not in (None, before) else ""

    try:
        pipe.send(RUNNERS[type(command)](command, pipe, cancelled, session))
    except Cancelled:
        pipe.send(commands.Cancelled(left()))
    except MocapError as error:
        log.exception("job failed")
        kept = session.save_interrupted(command, pipe)
        pipe.send(Failed(kept or left(), error.sentence, error.hint))
    except MemoryError:
        log.exception("out of memory")
        kept = session.save_interrupted(command, pipe)
        pipe.send(Failed(kept or left(), "The computer ran out of memory.", "Close other programs and try again."))
    except ImportError as error:
        log.exception("a library is missing")
        sentence = f"A required library could not be loaded ({error.name or error})."
        hint = "Install the extension again, for this system and Blender version."
        pipe.send(Failed(left(), sentence, hint))
    except Exception as error:  # the last line of defense: whatever it is, the user gets a sentence and the log
        log.exception("unexpected error")
        kept = session.save_interrupted(command, pipe)
        sentence = f"The job stopped unexpectedly ({type(error).__name__}: {error})."
        pipe.send(Failed(kept or left(), sentence, "The log has the details."))


class _Inbox:
    """Commands from the parent, and whether the present job shall stop."""

    def __init__(self, stdin: BinaryIO) -> None:
        self._stdin = stdin
        self._waiting: queue.SimpleQueue[tuple[Command | Live, int] | None] = queue.SimpleQueue()
        self._stop: dict[int, threading.Event] = {}
        self._requests: dict[int, queue.SimpleQueue[Request]] = {}
        self._gone = threading.Event()
        threading.Thread(target=self._listen, name="romp_core inbox", daemon=True).start()

    def next(self) -> tuple[Command | Live, int] | None:
        """The next command and its job; None when the parent is gone."""
        return self._waiting.get()

    def cancelled(self, job: int) -> Callable[[], bool]:
        """Whether a job shall stop."""
        stop = self._stop.setdefault(job, threading.Event())
        return lambda: stop.is_set() or self._gone.is_set()

    def requests(self, job: int) -> queue.SimpleQueue[Request]:
        """What is asked of a job while it runs, in order."""
        return self._requests.setdefault(job, queue.SimpleQueue())

    def _listen(self) -> None:
        try:
            while (message := read_message(self._stdin)) is not None:
                self._take(message)
        except ProtocolError:
            log.warning("damaged message from the parent")
        self._gone.set()
        self._waiting.put(None)
        # The parent is gone: the job saves what it has; should it hang, the process ends all the same.
        threading.Timer(ORPHAN_GRACE_SECONDS, os._exit, (1,)).start()

    def _take(self, message: Any) -> None:
        command, job = from_message(message)
        if isinstance(command, commands.Cancel):
            self._stop.setdefault(job, threading.Event()).set()
        elif isinstance(command, Request):
            self.requests(job).put(command)
        elif isinstance(command, Command | Live):
            self._waiting.put((command, job))


def main() -> None:
    """Entry point of `python -m romp_core.worker`."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # Messages get a private copy of stdout; whatever a library prints goes to the log.
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    inbox, session = _Inbox(sys.stdin.buffer), Session()
    log.info("python %s", sys.version.split()[0])
    while (received := inbox.next()) is not None:
        command, job = received
        log.info("job %d: %s", job, command)
        run_job(command, Pipe(stream, job, inbox.requests(job)), inbox.cancelled(job), session)
    stream.flush()
    os._exit(0)  # neither the listening thread nor a library's exit handlers may keep the process
