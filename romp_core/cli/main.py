"""The command line. Options of a command are generated from the settings dataclasses, as the panel's are."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import Cancelled, MocapError, TakeError
from ..inference.threads import ONE_BLAS_THREAD
from ..models.registry import MODELS, model_card
from ..take.settings import CaptureSettings, SolveSettings, from_mapping, setting_fields, with_values
from .progress import Silent, add_progress, interruptible, say
from .weights import add_weight_commands, add_weights

CANCELLED_STATUS = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 1 for an error that the user can mend, 130 when cancelled."""
    os.environ.update({**ONE_BLAS_THREAD, **os.environ})  # before numpy is imported, by the commands
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except Cancelled as error:
        say(f"{error.sentence} {error.hint}")
        return CANCELLED_STATUS
    except MocapError as error:
        say(f"Error: {error.sentence}" + (f"\n{error.hint}" if error.hint else ""))
        return 1
    return 0


def _people(text: str) -> int:
    if text != "all" and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is neither a number nor 'all'")
    return 0 if text == "all" else int(text)


def _add_settings(parser: argparse._ActionsContainer, cls: type, only: Sequence[str] = ()) -> None:
    """One option per setting; those not given are absent from the namespace, so defaults stay in one place."""
    for item in setting_fields(cls):
        if only and item.name not in only:
            continue
        limits, flag = item.metadata, "--" + item.name.replace("_", "-")
        text = limits["help"] + ("" if item.default == "" else f" (default: {item.default})")
        if isinstance(item.default, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS, help=text)
        else:
            kind = _people if item.name == "people" else type(item.default)
            metavar = "N|all" if item.name == "people" else limits.get("unit", item.name).upper()
            parser.add_argument(flag, type=kind, default=argparse.SUPPRESS, metavar=metavar, help=text)


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    """One option per setting that only some model has."""
    for card in MODELS.values():
        if card.options:
            _add_settings(parser.add_argument_group(f"options of {card.label}"), card.options)


def _capture_settings(options: argparse.Namespace) -> CaptureSettings:
    """The capture settings that were given, with the options of the model.

    Raises:
        SettingsError: a setting is outside of its limits, or an option is not one of the model's.
    """
    given = {
        name: value for card in MODELS.values() if card.options for name, value in _given(options, card.options).items()
    }
    settings = from_mapping(CaptureSettings, {**_given(options, CaptureSettings), "model_options": given})
    model_card(settings.model).read_options(settings)
    return settings


def _given(options: argparse.Namespace, cls: type) -> dict[str, Any]:
    return {item.name: getattr(options, item.name) for item in setting_fields(cls) if hasattr(options, item.name)}


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
    _add_model_options(sub)
    _add_settings(sub, SolveSettings)
    add_weights(sub)
    add_progress(sub)

    sub = command("detect-people", _detect_people, "Number the people of the first frame that has any, for --selection")
    sub.add_argument("source", metavar="VIDEO", help="video file, folder of pictures, or picture")
    sub.add_argument("-o", "--out", required=True, metavar="PREVIEW", help="picture to write (.png)")
    _add_settings(sub, CaptureSettings, only=("model", "start"))
    add_weights(sub)

    sub = command("solve", _solve, "Solve a take again, or one whose capture was killed; the network does not run")
    sub.add_argument("take", metavar="TAKE")
    sub.add_argument("-o", "--out", metavar="TAKE", help="take file to write; default: the same file")
    _add_settings(sub, SolveSettings)
    add_progress(sub)

    sub = command("info", _info, "Say what is in a take")
    sub.add_argument("take", metavar="TAKE")

    sub = command("import", _import, "Make a take of results of ROMP, BEV, TRACE or AMASS")
    sub.add_argument("file", metavar="FILE", help="results file (.npz), or a folder of them with one per picture")
    sub.add_argument("-o", "--out", required=True, metavar="TAKE", help="take file to write (.npz)")
    sub.add_argument("--fps", type=float, metavar="FPS", help="frame rate of the footage (default: the file's, or 30)")
    _add_settings(sub, SolveSettings)
    add_progress(sub)

    add_weight_commands(command)

    sub = command("export", _export, "Write a take for other tools")
    sub.add_argument("take", metavar="TAKE")
    sub.add_argument("--format", required=True, choices=("amass", "joints"))
    sub.add_argument("out", metavar="OUT", help="file to write (.npz)")

    command("self-test", _self_test, "Check that libraries and the built-in model work on this machine")
    return parser


def _capture(options: argparse.Namespace) -> None:
    from ..jobs.capture import capture
    from ..storage.journal import recover
    from ..weights.store import default_store

    settings = _capture_settings(options)
    solve_settings = from_mapping(SolveSettings, _given(options, SolveSettings))

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        try:
            store = default_store(options.weights)
            take = capture(options.source, options.out, settings, solve_settings, listener, cancelled, store)
        except Cancelled:
            raise
        except MocapError:
            if recover(options.out):
                say(f"What was captured before the error is in {options.out}")
            raise
        people = _count(len(take.people), "person", "people")
        say(f"{people} in {_count(len(take.footage.times), 'frame', 'frames')} -> {options.out}")
        if take.provenance.remark:
            say(take.provenance.remark)

    interruptible(run, options.progress)


def _detect_people(options: argparse.Namespace) -> None:
    from ..jobs.detect_people import detect_people
    from ..weights.store import default_store

    settings = _capture_settings(options)

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        store = default_store(options.weights)
        found = detect_people(options.source, options.out, settings, listener, cancelled, store)
        say(f"{found.report} -> {found.image}")
        sys.stdout.write(json.dumps(found.to_mapping()) + "\n")

    interruptible(run, "none")


def _solve(options: argparse.Namespace) -> None:
    from ..jobs.solve import solve_take
    from ..storage.journal import recover
    from ..storage.take_file import load_take

    if not Path(options.take).exists():
        recover(options.take)
    take = load_take(options.take)
    take = replace(take, solve=with_values(take.solve, _given(options, SolveSettings)))

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        solve_take(take, options.out or options.take, listener, cancelled)

    interruptible(run, options.progress)


def _info(options: argparse.Namespace) -> None:
    from ..storage.take_file import load_take

    take = load_take(options.take)
    footage, made = take.footage, take.provenance
    seconds = footage.times[-1] - footage.times[0] if len(footage.times) else 0.0
    lines = [
        f"Footage     {footage.path}",
        f"            {footage.width}x{footage.height}, {footage.fps:.3f} fps, "
        f"{len(footage.times)} frames, {seconds:.2f} s",
        f"Model       {made.model} ({made.model_license})",
        f"Body        {made.body_license}",
        f"Made        {made.created} by romp_core {made.core_version}" + ("" if made.complete else ", partial"),
        f"State       {'solved' if take.solved else 'raw'}",
    ]
    if made.remark:
        lines.append(f"Remark      {made.remark}")
    for person in take.people:
        seen = len(person.observations.frame_index)
        lines.append(f"{person.name:<11} id {person.id}, seen in {_count(seen, 'frame', 'frames')}")
    sys.stdout.write("\n".join(lines) + "\n")


def _import(options: argparse.Namespace) -> None:
    from ..formats import import_results
    from ..jobs.solve import solve_take
    from ..storage.take_file import check_target, save_take

    check_target(options.out)
    take = import_results(options.file, options.fps)
    take = replace(take, solve=with_values(take.solve, _given(options, SolveSettings)))

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        if take.solved:
            save_take(take, options.out)
        else:
            solve_take(take, options.out, listener, cancelled)
        say(f"{_count(len(take.people), 'person', 'people')} -> {options.out}")
        if take.provenance.remark:
            say(take.provenance.remark)

    interruptible(run, options.progress)


def _export(options: argparse.Namespace) -> None:
    from ..formats import export_take
    from ..storage.take_file import load_take

    take, out = load_take(options.take), Path(options.out)
    if out.exists() and out.samefile(options.take):
        raise TakeError("The export would overwrite the take itself.", "Choose another name.")
    for path in export_take(take, options.format, out):
        say(f"wrote {path}")


def _self_test(_: argparse.Namespace) -> None:
    from ..jobs.self_test import self_test

    sys.stdout.write(self_test() + "\n")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
