"""The parent's side of the worker: start a job in a child process, poll it without blocking, cancel or kill it.

Light to import; used by the add-on from a timer. Messages by type:
`started` {model, provider, width, height, fps, expected, remark} · `progress` {stage, done, total, fps, eta} ·
`preview` arrays ids (P,), joints (P, 24, 3) · and one of `finished` {take, or report and whether
the log has details, and of `scout` the result, see `scout.Scouted`} | `cancelled` {take} |
`failed` {sentence, hint, log, take}.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..errors import MocapError
from ..inference.threads import ONE_BLAS_THREAD
from ..storage.journal import recover
from ..storage.messages import Message, ProtocolError, read_message, write_message

CANCEL_SECONDS = 0.5
_ENDINGS = ("finished", "cancelled", "failed")
_PACKAGES = ("romp_core", "onnxruntime", "cv2", "av", "munkres", "numpy")
log = logging.getLogger("romp_core.worker.client")


class WorkerJob:
    """One job in its own process.

    Args:
        command: `{"type": "capture", "source", "out", "capture": {...}, "solve": {...}, "weights": folder}`,
            `{"type": "scout", "source", "picture": PNG to write, "longest": its side in pixels, "capture": {...},
            "weights": folder}`,
            `{"type": "solve", "take", "out", "solve": {...}, "heights": {id: meters}}`,
            `{"type": "import", "source", "out", "solve": {...}, "fps": 0 for the file's own}`,
            `{"type": "download", "keys": [...], "weights": folder, "address": another one}`,
            `{"type": "verify", "name": model or key, "file", "weights": folder}` or `{"type": "self_test"}`.
        log_path: where the worker's log goes; the folder is made.
        environment: more variables for the worker, see `runtime.choice`.
    """

    def __init__(self, command: Mapping[str, Any], log_path: Path, environment: Mapping[str, str] = {}) -> None:
        self.command, self.log_path = dict(command), log_path
        self._ended = False
        self._cancelled_at: float | None = None
        self._take_before = _written(self.command.get("out"))
        self._messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with open(log_path, "wb") as log_file:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-m", "romp_core.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log_file,
                env=_environment() | dict(environment),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        self._send(self.command)
        threading.Thread(target=self._read, name="romp_core worker messages", daemon=True).start()

    @property
    def running(self) -> bool:
        """False once the ending message was polled."""
        return not self._ended

    def poll(self) -> list[Message]:
        """What the worker said since the last call; never blocks. The last message is always an ending."""
        messages = []
        while not self._ended and not self._messages.empty():
            message = self._messages.get()
            if message is None:
                message = self._death()
            elif message.type == "failed":
                message = Message({"take": self._recovered(), "log": str(self.log_path), **message.header})
            self._ended = message.type in _ENDINGS
            messages.append(message)
        if not self._ended and self._cancelled_at and time.monotonic() - self._cancelled_at > CANCEL_SECONDS:
            self._process.kill()  # its end of the pipe closes, which `_death` turns into `cancelled`
        if self._ended:
            self._close()
        return messages

    def cancel(self) -> None:
        """Ask the worker to stop; it is killed when it does not answer within `CANCEL_SECONDS`."""
        if self._cancelled_at is None:
            self._cancelled_at = time.monotonic()
            self._send({"type": "cancel"})

    def kill(self) -> None:
        """End the process at once; the next poll tells so. A partial take is recovered."""
        self._process.kill()

    def _send(self, header: Mapping[str, Any]) -> None:
        try:
            write_message(cast(BinaryIO, self._process.stdin), header)
        except OSError:
            log.info("the worker is gone")  # the reader sees its pipe end

    def _read(self) -> None:
        stream = cast(BinaryIO, self._process.stdout)
        try:
            while (message := read_message(stream)) is not None:
                self._messages.put(message)
        except (ProtocolError, ValueError, OSError):
            log.info("the worker's messages broke off")
        self._messages.put(None)

    def _death(self) -> Message:
        """The ending of a worker that ended without one."""
        take = self._recovered()
        if self._cancelled_at is not None:
            return Message({"type": "cancelled", "take": take})
        sentence = "The capture process ended unexpectedly."
        hint = f"The log is at {self.log_path}."
        if take:
            hint += " What was captured so far is kept."
        return Message({"type": "failed", "sentence": sentence, "hint": hint, "log": str(self.log_path), "take": take})

    def _recovered(self) -> str | None:
        """Path of the take that the job left: a partial one, or the raw one when it broke off while solving."""
        self._process.wait()
        out = self.command.get("out")
        if self.command.get("type") != "capture" or not out:
            return None
        try:
            recover(out)
        except MocapError:
            log.exception("the partial take could not be recovered")
        return str(out) if _written(out) not in (None, self._take_before) else None

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    log.info("the worker is gone")
        self._process.wait()


def _written(path: str | None) -> int | None:
    """When a file was written, nanoseconds; None when there is none."""
    try:
        return os.stat(path).st_mtime_ns if path else None
    except OSError:
        return None


def _environment() -> dict[str, str]:
    """The child's environment: our packages' folders as PYTHONPATH, no other Python settings inherited."""
    folders = []
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec and spec.origin:
            folder = str(
                Path(spec.origin).parent.parent if spec.submodule_search_locations else Path(spec.origin).parent
            )
            if folder not in folders:
                folders.append(folder)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return environment | ONE_BLAS_THREAD | {"PYTHONPATH": os.pathsep.join(folders), "PYTHONIOENCODING": "utf-8"}
