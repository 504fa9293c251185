"""The command line. Options of a command are generated from the settings dataclasses, as the panel's are."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from .errors import Cancelled, MocapError, ModelError, TakeError
from .settings import CaptureSettings, SolveSettings, from_mapping
from .threads import ONE_BLAS_THREAD
from .weights.catalog import WeightFile

CANCELLED_STATUS = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 1 for an error that the user can mend, 130 when cancelled."""
    os.environ.update({**ONE_BLAS_THREAD, **os.environ})  # before numpy is imported, by the commands
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except Cancelled as error:
        _say(f"{error.sentence} {error.hint}")
        return CANCELLED_STATUS
    except MocapError as error:
        _say(f"Error: {error.sentence}" + (f"\n{error.hint}" if error.hint else ""))
        return 1
    return 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _people(text: str) -> int:
    if text != "all" and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is neither a number nor 'all'")
    return 0 if text == "all" else int(text)


def _add_settings(parser: argparse.ArgumentParser, cls: type) -> None:
    """One option per setting; those not given are absent from the namespace, so defaults stay in one place."""
    for item in fields(cls):
        limits, flag = item.metadata, "--" + item.name.replace("_", "-")
        text = f"{limits['help']} (default: {item.default})"
        if isinstance(item.default, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS, help=text)
        else:
            kind = _people if item.name == "people" else type(item.default)
            metavar = "N|all" if item.name == "people" else limits.get("unit", item.name).upper()
            parser.add_argument(flag, type=kind, default=argparse.SUPPRESS, metavar=metavar, help=text)


def _given(options: argparse.Namespace, cls: type) -> dict[str, Any]:
    return {item.name: getattr(options, item.name) for item in fields(cls) if hasattr(options, item.name)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="romp_core", description="Markerless motion capture from video.")
    commands = parser.add_subparsers(title="commands", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], None], help: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        return sub

    sub = command("capture", _capture, "Find the people in a video and solve their motion into a take")
    sub.add_argument("source", metavar="VIDEO", help="video file, folder of pictures, or picture")
    sub.add_argument("-o", "--out", required=True, metavar="TAKE", help="take file to write (.npz)")
    _add_settings(sub, CaptureSettings)
    _add_settings(sub, SolveSettings)
    _add_weights(sub)
    _add_progress(sub)

    sub = command("solve", _solve, "Solve a take again, or one whose capture was killed; the network does not run")
    sub.add_argument("take", metavar="TAKE")
    sub.add_argument("-o", "--out", metavar="TAKE", help="take file to write; default: the same file")
    _add_settings(sub, SolveSettings)
    _add_progress(sub)

    sub = command("info", _info, "Say what is in a take")
    sub.add_argument("take", metavar="TAKE")

    sub = command("import", _import, "Make a take of results of simple-romp, BEV or AMASS")
    sub.add_argument("file", metavar="FILE", help="results file (.npz), or a folder of them with one per picture")
    sub.add_argument("-o", "--out", required=True, metavar="TAKE", help="take file to write (.npz)")
    sub.add_argument("--fps", type=float, metavar="FPS", help="frame rate of the footage (default: the file's, or 30)")
    _add_settings(sub, SolveSettings)
    _add_progress(sub)

    _weight_commands(command)

    sub = command("export", _export, "Write a take for other tools")
    sub.add_argument("take", metavar="TAKE")
    sub.add_argument("--format", required=True, choices=("amass", "joints"))
    sub.add_argument("out", metavar="OUT", help="file to write (.npz)")

    command("self-test", _self_test, "Check that libraries and the built-in model work on this machine")
    return parser


def _weight_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    sub = command("models", _models, "List the models, and what is missing to run them")
    _add_weights(sub)

    sub = command("download", _download, "Download the files that a model needs")
    sub.add_argument("name", metavar="MODEL", help="a model, or one file by its name, such as ROMP.onnx")
    sub.add_argument("--accept-licence", action="store_true", help="you have read the licence line and accept it")
    sub.add_argument("--address", default="", help="another address where that one file lies")
    _add_weights(sub)
    _add_progress(sub)

    sub = command("choose", _choose, "Use a file wherever it lies")
    sub.add_argument("name", metavar="NAME", help="what it is for, such as ROMP.pkl or SMPL_NEUTRAL")
    sub.add_argument("file", metavar="FILE")
    _add_weights(sub)

    sub = command("verify", _verify, "Check hash, keys and shapes of a file, and try it out")
    sub.add_argument("name", metavar="MODEL", help="a model, or what the file is for, such as SMPL_NEUTRAL")
    sub.add_argument("file", metavar="FILE")
    _add_weights(sub)


def _add_weights(parser: argparse.ArgumentParser) -> None:
    text = "folder of weight and body files (default: your data folder; ~/.romp is always looked into)"
    parser.add_argument("--weights", metavar="DIR", default=None, help=text)


def _add_progress(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--progress",
        choices=("bar", "json", "none"),
        default="bar",
        help="bar for people, json for pipelines: one object per line on stdout (default: bar)",
    )


class _Silent:
    """Listener that reports nothing."""

    def started(self, info: Any, model: str, provider: str, expected: int, remark: str) -> None: ...

    def progress(self, progress: Any) -> None: ...

    def preview(self, ids: Any, joints: Any) -> None: ...

    def close(self) -> None: ...


class _Json(_Silent):
    """One JSON object per line on stdout."""

    def started(self, info: Any, model: str, provider: str, expected: int, remark: str) -> None:
        size = {"width": info.width, "height": info.height, "fps": info.fps}
        self._print(type="started", model=model, provider=provider, expected=expected, remark=remark, **size)

    def progress(self, progress: Any) -> None:
        self._print(type="progress", **vars(progress))

    @staticmethod
    def _print(**record: Any) -> None:
        sys.stdout.write(json.dumps(record) + "\n")
        sys.stdout.flush()


class _Bar(_Silent):
    """A progress bar per stage on stderr."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.stage = ""

    def started(self, info: Any, model: str, provider: str, expected: int, remark: str) -> None:
        if remark:
            _say(remark)

    def progress(self, progress: Any) -> None:
        from tqdm import tqdm

        if progress.stage != self.stage:
            self.close()
            self.stage = progress.stage
            form = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining} {rate_fmt}"
            unit = {"capture": "frame", "download": "MB"}.get(self.stage, "take")
            self.bar = tqdm(desc=self.stage.capitalize(), total=progress.total or None, unit=unit, bar_format=form)
        self.bar.update(progress.done - self.bar.n)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


LISTENERS: dict[str, Callable[[], _Silent]] = {"bar": _Bar, "json": _Json, "none": _Silent}


def _interruptible(run: Callable[[_Silent, Callable[[], bool]], None], progress: str) -> None:
    """Run a job whose first Ctrl+C cancels it and keeps what there is."""
    stopped = False

    def on_interrupt(*_: Any) -> None:
        nonlocal stopped
        stopped = True
        signal.signal(signal.SIGINT, previous)  # a second Ctrl+C ends at once

    previous = signal.signal(signal.SIGINT, on_interrupt)
    listener = LISTENERS[progress]()
    try:
        run(listener, lambda: stopped)
    finally:
        listener.close()
        signal.signal(signal.SIGINT, previous)


def _capture(options: argparse.Namespace) -> None:
    from .capture import capture
    from .journal import recover
    from .weights.store import default_store

    settings = from_mapping(CaptureSettings, _given(options, CaptureSettings))
    solve_settings = from_mapping(SolveSettings, _given(options, SolveSettings))

    def run(listener: _Silent, cancelled: Callable[[], bool]) -> None:
        try:
            store = default_store(options.weights)
            take = capture(options.source, options.out, settings, solve_settings, listener, cancelled, store)
        except Cancelled:
            raise
        except MocapError:
            if recover(options.out):
                _say(f"What was captured before the error is in {options.out}")
            raise
        people = _count(len(take.people), "person", "people")
        _say(f"{people} in {_count(len(take.footage.times), 'frame', 'frames')} -> {options.out}")
        if take.provenance.remark:
            _say(take.provenance.remark)

    _interruptible(run, options.progress)


def _solve(options: argparse.Namespace) -> None:
    from .capture import resolve
    from .journal import recover
    from .take_io import load_take

    if not Path(options.take).exists():
        recover(options.take)
    take = load_take(options.take)
    take = replace(take, solve=replace(take.solve, **_given(options, SolveSettings)))

    def run(listener: _Silent, cancelled: Callable[[], bool]) -> None:
        resolve(take, options.out or options.take, listener, cancelled)

    _interruptible(run, options.progress)


def _info(options: argparse.Namespace) -> None:
    from .take_io import load_take

    take = load_take(options.take)
    footage, made = take.footage, take.provenance
    seconds = footage.times[-1] - footage.times[0] if len(footage.times) else 0.0
    lines = [
        f"Footage     {footage.path}",
        f"            {footage.width}x{footage.height}, {footage.fps:.3f} fps, "
        f"{len(footage.times)} frames, {seconds:.2f} s",
        f"Model       {made.model} ({made.model_licence})",
        f"Body        {made.body_licence}",
        f"Made        {made.created} by romp_core {made.core_version}" + ("" if made.complete else ", partial"),
        f"State       {'solved' if take.solved else 'raw'}",
    ]
    if made.remark:
        lines.append(f"Remark      {made.remark}")
    for person in take.people:
        seen = len(person.observations.frames)
        lines.append(f"{person.name:<11} id {person.id}, seen in {_count(seen, 'frame', 'frames')}")
    sys.stdout.write("\n".join(lines) + "\n")


def _import(options: argparse.Namespace) -> None:
    from .capture import resolve
    from .importers import import_results
    from .take_io import check_target, save_take

    check_target(options.out)
    take = import_results(options.file, options.fps)
    take = replace(take, solve=replace(take.solve, **_given(options, SolveSettings)))

    def run(listener: _Silent, cancelled: Callable[[], bool]) -> None:
        if take.solved:
            save_take(take, options.out)
        else:
            resolve(take, options.out, listener, cancelled)
        _say(f"{_count(len(take.people), 'person', 'people')} -> {options.out}")
        if take.provenance.remark:
            _say(take.provenance.remark)

    _interruptible(run, options.progress)


def _models(options: argparse.Namespace) -> None:
    from .models.registry import MODELS
    from .weights.store import default_store

    store = default_store(options.weights)
    for card in MODELS.values():
        missing, useful = store.missing(card.needs), store.missing(card.helps)
        lines = [f"{card.label}: {card.description}", card.licence]
        lines += [f"MISSING: {state.problem} {_advice(state.file)}" for state in missing] or ["ready"]
        lines += [f"optional: {state.problem} {_advice(state.file)}" for state in useful]
        sys.stdout.write(f"{card.name:<12} " + f"\n{'':<12} ".join(lines) + "\n")
    sys.stdout.write(f"Files are kept in {store.folder}\n")


def _advice(file: WeightFile) -> str:
    """What to type to get the file."""
    own = f"python -m romp_core choose {file.key} FILE"
    return f"python -m romp_core download {file.key}" if file.url else f"{file.how_to_get} Then: {own}"


def _download(options: argparse.Namespace) -> None:
    from .models.registry import MODELS
    from .weights.catalog import weight_file
    from .weights.jobs import download_files
    from .weights.store import default_store

    store = default_store(options.weights)
    if options.name in MODELS:
        files = [state.file for state in store.missing(MODELS[options.name].needs)]
    else:
        files = [weight_file(options.name)]
    for file in files:
        _say(f"{file.key}: {file.licence}.")
    if not files:
        _say(f"{MODELS[options.name].label} has all files that it needs.")
    elif not options.accept_licence:
        raise ModelError("Nothing was downloaded: the licence is not accepted.", "Add --accept-licence if you accept.")

    def run(listener: _Silent, cancelled: Callable[[], bool]) -> None:
        for path in download_files([file.key for file in files], store, listener, cancelled, options.address):
            _say(f"-> {path}")

    _interruptible(run, options.progress)


def _choose(options: argparse.Namespace) -> None:
    from .weights.store import default_store

    store = default_store(options.weights)
    store.choose(options.name, options.file)
    _say(f"{options.name} is {store.find(options.name)}")


def _verify(options: argparse.Namespace) -> None:
    from .weights.store import default_store
    from .weights.verify import verify

    report = verify(options.name, options.file, default_store(options.weights))
    sys.stdout.write(report.text + "\n")
    if report.problem:
        raise ModelError(report.problem)


def _export(options: argparse.Namespace) -> None:
    from .exporters import export
    from .take_io import load_take

    take, out = load_take(options.take), Path(options.out)
    if out.exists() and out.samefile(options.take):
        raise TakeError("The export would overwrite the take itself.", "Choose another name.")
    for path in export(take, options.format, out):
        _say(f"wrote {path}")


def _self_test(_: argparse.Namespace) -> None:
    from .self_test import self_test

    sys.stdout.write(self_test() + "\n")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
