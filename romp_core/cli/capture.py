"""Commands that run a model on footage."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from ..errors import Cancelled, MocapError, TakeInUse
from ..take.settings import CaptureSettings, SolveSettings
from .console import put, say
from .options import add_model_options, add_settings, add_threads, add_weights, capture_settings, solve_settings
from .progress import Silent, add_progress, count, interruptible


def add_capture_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `capture` and `detect-people`."""
    sub = command("capture", _capture, "Capture the people in a video: find them and solve their motion into a take")
    _add_footage(sub)
    sub.add_argument("-o", "--out", required=True, metavar="TAKE", help="take file to write (.npz)")
    add_settings(sub, CaptureSettings)
    add_model_options(sub)
    add_settings(sub, SolveSettings)
    add_weights(sub)
    add_threads(sub)
    add_progress(sub)

    sub = command("detect-people", _detect_people, "Show the people in the first frame with people, for --selection")
    _add_footage(sub)
    sub.add_argument("-o", "--out", required=True, metavar="PREVIEW", help="image to write (.png)")
    add_settings(sub, CaptureSettings, only=("model", "start", "frame_rate"))
    add_weights(sub)
    add_threads(sub)


def _add_footage(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="VIDEO", help="video file, folder of images, or image")


def _capture(options: argparse.Namespace) -> None:
    from ..jobs.capture import capture
    from ..models.registry import default_store
    from ..storage.journal import recover

    settings, solve = capture_settings(options), solve_settings(options)

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        store = default_store(options.weights)
        try:
            take = capture(options.source, options.out, settings, solve, listener, cancelled, store)
        except (Cancelled, TakeInUse):
            raise
        except MocapError:
            if kept := recover(options.out):
                say(f"What was captured before the error is in {kept}")
            raise
        people = count(len(take.people), "person", "people")
        say(f"{people} in {count(len(take.footage.times), 'frame', 'frames')} -> {options.out}")
        if take.provenance.remark:
            say(take.provenance.remark)

    interruptible(run, options.progress)


def _detect_people(options: argparse.Namespace) -> None:
    from ..jobs.detect_people import detect_people
    from ..models.registry import default_store

    settings = capture_settings(options)

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        store = default_store(options.weights)
        found = detect_people(options.source, options.out, settings, listener, cancelled, store)
        say(f"{found.report} -> {found.image}")
        put(json.dumps(found.to_mapping()))

    interruptible(run, "none")
