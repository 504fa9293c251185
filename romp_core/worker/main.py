"""The worker process: one job per process, `protocol` messages on stdin and stdout, everything else on stderr.

The first message on stdin is the job; later ones may say `cancel`. When stdin ends, the parent is gone: the
worker saves what it has and ends. Jobs: the keys of `JOBS` (see `client.WorkerJob`).
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, BinaryIO

from ..errors import Cancelled, MocapError, ModelError
from ..jobs.progress import Progress
from ..storage.messages import ProtocolError, read_message, write_message
from ..take.settings import CaptureSettings, SolveSettings, from_mapping
from ..typing import Array
from ..weights.store import WeightStore, default_store

ORPHAN_GRACE_SECONDS = 5.0
log = logging.getLogger("romp_core.worker")


class _Pipe:
    """Sends a job's events to the parent."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def send(self, type: str, arrays: Mapping[str, Array] | None = None, **header: Any) -> None:
        try:
            write_message(self.stream, {"type": type, **header}, arrays)
        except BrokenPipeError:
            log.info("the parent is gone")

    def started(self, info: Any, model: str, provider: str, expected: int, remark: str) -> None:
        size = {"width": info.width, "height": info.height, "fps": info.fps}
        self.send("started", model=model, provider=provider, expected=expected, remark=remark, **size)

    def progress(self, progress: Any) -> None:
        self.send("progress", **asdict(progress))

    def preview(self, ids: Array, joints: Array) -> None:
        self.send("preview", {"ids": ids, "joints": joints.astype("float32")})


def _capture(job: Mapping[str, Any], pipe: _Pipe, cancelled: Callable[[], bool]) -> dict[str, Any]:
    from ..jobs.capture import capture

    settings = from_mapping(CaptureSettings, job["capture"]), from_mapping(SolveSettings, job["solve"])
    capture(job["source"], job["out"], *settings, pipe, cancelled, _store(job))
    return {"take": job["out"]}


def _scout(job: Mapping[str, Any], pipe: _Pipe, cancelled: Callable[[], bool]) -> dict[str, Any]:
    from ..jobs.detect_people import scout

    settings = from_mapping(CaptureSettings, job["capture"])
    found = scout(job["source"], job["picture"], settings, pipe, cancelled, _store(job), job["longest"])
    return {"report": found.report, "result": found.to_mapping()}


def _store(job: Mapping[str, Any]) -> WeightStore:
    return default_store(job.get("weights"))


def _solve(job: Mapping[str, Any], pipe: _Pipe, cancelled: Callable[[], bool]) -> dict[str, Any]:
    from ..jobs.capture import resolve
    from ..storage.take_file import load_take

    take = load_take(job["take"])
    heights = {int(id): height for id, height in job.get("heights", {}).items()}
    people = tuple(replace(person, height=heights.get(person.id, person.height)) for person in take.people)
    take = replace(take, people=people, solve=from_mapping(SolveSettings, job["solve"]))
    resolve(take, job["out"], pipe, cancelled)
    return {"take": job["out"]}


def _import(job: Mapping[str, Any], pipe: _Pipe, cancelled: Callable[[], bool]) -> dict[str, Any]:
    from ..formats import import_results
    from ..jobs.capture import resolve
    from ..storage.take_file import save_take

    take = import_results(job["source"], job.get("fps") or None)
    if take.solved:
        save_take(take, job["out"])
    else:
        resolve(replace(take, solve=from_mapping(SolveSettings, job["solve"])), job["out"], pipe, cancelled)
    return {"take": job["out"]}


def _download(job: Mapping[str, Any], pipe: _Pipe, cancelled: Callable[[], bool]) -> dict[str, Any]:
    from ..jobs.download import download_files

    paths = download_files(job["keys"], _store(job), pipe, cancelled, job.get("address", ""))
    return {"report": f"Downloaded {', '.join(path.name for path in paths)}."}


def _verify(job: Mapping[str, Any], pipe: _Pipe, cancelled: Callable[[], bool]) -> dict[str, Any]:
    from ..jobs.verify import verify

    pipe.progress(Progress("verify", 0, 0, 0, 0))
    report = verify(job["name"], job["file"], _store(job))
    log.info("report\n%s", report.text)
    if report.problem:
        raise ModelError(report.summary, "Choose another file.")
    return {"report": report.summary, "details": True}


def _self_test(job: Mapping[str, Any], pipe: _Pipe, cancelled: Callable[[], bool]) -> dict[str, Any]:
    from ..jobs.self_test import self_test

    return {"report": self_test()}


JOBS = {
    "capture": _capture,
    "scout": _scout,
    "solve": _solve,
    "import": _import,
    "download": _download,
    "verify": _verify,
    "self_test": _self_test,
}


def run_job(job: Mapping[str, Any], pipe: _Pipe, cancelled: Callable[[], bool]) -> None:
    """Run one job; its end is always told by one of `finished`, `cancelled`, `failed`."""
    try:
        pipe.send("finished", **JOBS[job["type"]](job, pipe, cancelled))
    except Cancelled:
        pipe.send("cancelled", take=job.get("out"))
    except MocapError as error:
        log.exception("job failed")
        pipe.send("failed", sentence=error.sentence, hint=error.hint)
    except MemoryError:
        log.exception("out of memory")
        pipe.send("failed", sentence="The computer ran out of memory.", hint="Close other programs and try again.")
    except ImportError as error:
        log.exception("a library is missing")
        sentence = f"A library that the work needs cannot be loaded ({error.name or error})."
        pipe.send("failed", sentence=sentence, hint="Install the extension again, for this system and Blender version.")
    except Exception as error:  # the last line of defense: whatever it is, the user gets a sentence and the log
        log.exception("unexpected error")
        sentence = f"The work stopped unexpectedly ({type(error).__name__}: {error})."
        pipe.send("failed", sentence=sentence, hint="The log has the details.")


def main() -> None:
    """Entry point of `python -m romp_core.worker`."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # Messages get a private copy of stdout; whatever a library prints goes to the log.
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    stdin = sys.stdin.buffer
    message = read_message(stdin)
    if message is None:
        return
    log.info("python %s, job %s", sys.version.split()[0], message.header)
    stop = threading.Event()

    def listen() -> None:
        try:
            while read_message(stdin) is not None:  # the only later message is `cancel`
                stop.set()
        except ProtocolError:
            log.warning("damaged message from the parent")
        stop.set()
        # The parent is gone: the job saves what it has; should it hang, the process ends all the same.
        threading.Timer(ORPHAN_GRACE_SECONDS, os._exit, (1,)).start()

    threading.Thread(target=listen, daemon=True).start()
    run_job(message.header, _Pipe(stream), stop.is_set)
    stream.flush()
    os._exit(0)  # neither the listening thread nor a library's exit handlers may keep the process


if __name__ == "__main__":
    main()
