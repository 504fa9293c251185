"""A capture that takes its time and notes what it has done: `python -m tests.core.jobs.slow_capture VIDEO TAKE NOTES`.

It appends the id of its take to NOTES, then a dot for each frame that was handed over.
"""

import os
import sys
import time
from dataclasses import replace

from romp_core.cli.main import main
from romp_core.jobs import capture
from romp_core.models.registry import MODELS
from tests.statue_model.card import STATUE
from tests.statue_model.estimator import Statue

FRAME_SECONDS = 0.002


def run(video: str, take: str, notes: str) -> int:
    file = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    class Noting(Statue):
        def run(self, frames):
            for people in super().run(frames):
                time.sleep(FRAME_SECONDS)
                yield people
                os.write(file, b".")  # what came before is in the journal's hands now

    class Journal(capture.Journal):
        def __init__(self, path, head):
            super().__init__(path, head)
            os.write(file, f"{head.id} ".encode())

    def opened(footage, settings, store):
        return Noting(footage, STATUE.new_tracker(), STATUE.read_options(settings).statue_distance)

    capture.Journal = Journal
    MODELS["statue"] = replace(STATUE, open=opened, weights=lambda store: {}, files=(), needs=())
    return main(["capture", video, "-o", take, "--model", "statue", "--progress", "none"])


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:4]))
