"""A worker that plays a script of events, one per poll; for tests of what the add-on makes of them."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from romp_core.storage.take_file import save_take
from romp_core.take.settings import SolveSettings
from romp_core.worker.commands import Cancelled, Ended, Finished, Previewed, Progressed, Started

STARTED = Started("Built-in", "CPUExecutionProvider", 640, 360, 30.0, 40)
PROGRESS = Progressed("capture", 20, 40, 12.5, 1.6)
PREVIEW = Previewed(np.array([1, 2]), np.zeros((2, 24, 3), np.float32))


def finished(take):
    """The end of a job that saves this take, solved as the command says."""

    def end(command):
        heights, edits = getattr(command, "heights", {}), getattr(command, "edits", None)
        people = tuple(replace(each, height=heights.get(each.id, each.height)) for each in take.people)
        settings = command.solve if isinstance(command.solve, SolveSettings) else take.solve
        solved = replace(take, people=people, solve=settings, edits=edits or take.edits, solved_for="")
        save_take(solved, command.out)
        return Finished(command.out)

    return end


class FakeJob:
    """Stands in for `WorkerJob`. A script holds events, and functions that make one from the command."""

    def __init__(self, command, log_path, environment, script):
        self.command, self.log_path, self.environment = command, log_path, environment
        self.messages, self.running, self.killed = list(script), True, False
        log_path.parent.mkdir(parents=True, exist_ok=True)
        Path(log_path).touch()

    def poll(self):
        if not self.messages:
            return []
        event = self.messages.pop(0)
        event = event(self.command) if callable(event) else event
        self.running = not isinstance(event, Ended)
        return [event]

    def cancel(self):
        self.messages = [lambda command: Cancelled(getattr(command, "out", ""))]


class FakeWorker:
    """Stands in for `Worker`. Set `script` before a job is started; `started` holds the jobs."""

    script = []
    started = []

    def start(self, command, log_path, environment):
        self.started.append(FakeJob(command, log_path, environment, self.script))
        return self.started[-1]

    def kill(self):
        for job in self.started:
            job.killed = job.killed or job.running

    close = kill


def running(started, progress):
    """A running job."""
    state = {"cancelling": False, "saving": False, "quiet": False, "kind": "capture", "live": None}
    return SimpleNamespace(title="Capture x", started=started, progress=progress, share=0.0, **state)


def run_timer():
    """Let the timer of the running job go on until its end."""
    from addon.worker import jobs

    for _ in range(50):
        if jobs._on_timer() is None:
            return
    raise AssertionError("the job does not end")
