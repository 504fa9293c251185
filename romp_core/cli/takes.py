"""Commands about takes: solve, look into, import, export."""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..errors import TakeError
from ..formats import EXPORT_FORMATS, IMPORT_FORMATS, UP_AXES
from ..take.settings import SolveSettings
from ..take.take import Take
from .console import put, say
from .options import add_settings, add_threads, add_weights, given_settings, solve_settings
from .progress import Silent, add_progress, count, interruptible


def add_take_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `solve`, `add-parts`, `refine`, `info`, `import` and `export`."""
    sub = command("solve", _solve, "Solve a take again, or recover an interrupted capture; the model does not run")
    sub.add_argument("take", metavar="TAKE")
    sub.add_argument("-o", "--out", metavar="TAKE", help="take file to write (default: the same file)")
    add_settings(sub, SolveSettings)
    add_progress(sub)

    sub = command("add-parts", _add_parts, "Find hands or faces of a take's people in its footage, and solve it again")
    sub.add_argument("take", metavar="TAKE")
    sub.add_argument("--parts", required=True, choices=("hands", "face", "all"), help="what to find")
    sub.add_argument("--footage", default="", metavar="VIDEO", help="where the footage is now (default: where it was)")
    sub.add_argument("-o", "--out", metavar="TAKE", help="take file to write (default: the same file)")
    add_threads(sub)
    add_progress(sub)

    sub = command("refine", _refine, "Estimate people of a take who are partly hidden again, with MoRo and your files")
    sub.add_argument("take", metavar="TAKE")
    sub.add_argument("-o", "--out", required=True, metavar="TAKE", help="take file to write; the first one is kept")
    sub.add_argument("--people", type=int, nargs="+", default=(), metavar="ID", help="whom to refine (default: all)")
    sub.add_argument("--footage", default="", metavar="VIDEO", help="where the footage is now (default: where it was)")
    add_weights(sub)
    add_threads(sub)
    add_progress(sub)

    sub = command("info", _info, "Show what is in a take")
    sub.add_argument("take", metavar="TAKE")

    sub = command("import", _import, f"Make a take from results of {IMPORT_FORMATS}")
    sub.add_argument("file", metavar="FILE", help="results file, or a folder of them with one per image or person")
    sub.add_argument("-o", "--out", required=True, metavar="TAKE", help="take file to write (.npz)")
    sub.add_argument(
        "--fps", type=float, metavar="FPS", help="frame rate (default: the file's or its footage's, or 30)"
    )
    sub.add_argument(
        "--up",
        choices=UP_AXES,
        default="auto",
        help="axis that points up in the file's world (default: auto, finds it)",
    )
    add_settings(sub, SolveSettings)
    add_progress(sub)

    sub = command("export", _export, "Write a take for other tools")
    sub.add_argument("take", metavar="TAKE")
    sub.add_argument("--format", required=True, choices=tuple(EXPORT_FORMATS))
    sub.add_argument("out", metavar="OUT", help="file to write (.npz; keypoints also as .json)")


def _solve(options: argparse.Namespace) -> None:
    from ..jobs.solve import solve_take
    from ..storage.journal import check_not_captured, recover
    from ..storage.take_file import load_take

    check_not_captured(options.out or options.take)
    if not Path(options.take).exists():
        recover(options.take)
    take = load_take(options.take)
    take = replace(take, solve=solve_settings(options, take.solve))

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        solve_take(take, options.out or options.take, listener, cancelled)

    interruptible(run, options.progress)


def _add_parts(options: argparse.Namespace) -> None:
    from ..jobs.add_parts import add_parts
    from ..storage.journal import check_not_captured
    from ..storage.take_file import load_take

    out = options.out or options.take
    check_not_captured(out)
    take = load_take(options.take)

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        add_parts(take, out, options.parts, listener, cancelled, options.footage)

    interruptible(run, options.progress)


def _refine(options: argparse.Namespace) -> None:
    from ..jobs.refine import refine
    from ..models.registry import default_store
    from ..storage.journal import check_not_captured
    from ..storage.take_file import load_take

    check_not_captured(options.out)
    if Path(options.out).exists() and Path(options.out).samefile(options.take):
        raise TakeError("The refined take would overwrite the take itself.", "Choose another name.")
    take, store = load_take(options.take), default_store(options.weights)

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        refine(take, options.out, listener, cancelled, options.people, options.footage, store)
        say(f"-> {options.out}")

    interruptible(run, options.progress)


def _info(options: argparse.Namespace) -> None:
    from ..storage.take_file import load_take

    put("\n".join(_description(load_take(options.take))))


def _description(take: Take) -> list[str]:
    footage, made = take.footage, take.provenance
    seconds = footage.times[-1] - footage.times[0] if len(footage.times) else 0.0
    lines = [
        f"Footage     {footage.path}",
        f"            {footage.width}x{footage.height}, {footage.fps:.3f} fps, "
        f"{len(footage.times)} frames, {seconds:.2f} s",
        f"Model       {made.model} ({made.model_license})",
        f"Body        {made.body_license}",
        *([f"Commercial  {made.commercial_use} (license read {made.license_checked})"] if made.commercial_use else []),
        f"Created     {made.created} by romp_core {made.core_version}" + ("" if made.complete else ", incomplete"),
        f"State       {'solved' if take.solved else 'raw'}",
    ]
    if made.remark:
        lines.append(f"Remark      {made.remark}")
    if take.camera is not None:
        origin = take.estimates.fov.origin if take.estimates else "as solved by an earlier version"
        lines.append(f"View        {math.degrees(take.camera.fov):.1f} degrees wide, {origin}")
    if take.estimates is not None and take.estimates.camera is not None:
        lines.append(f"Camera      {take.estimates.camera_origin}")
    for person in take.edited_people:
        frames = count(len(person.observations.frame_index), "frame", "frames")
        lines.append(f"{person.name:<11} id {person.id}, found in {frames}{_height(take, person.id)}")
    if not take.has_poses:
        lines.append(f"At a time   {count(_most_at_a_time(take), 'person', 'people')} at most, in the image only")
    if removed := len(take.identified_people) - len(take.edited_people):
        lines.append(f"Removed     {count(removed, 'person', 'people')}")
    return lines


def _most_at_a_time(take: Take) -> int:
    """The most people that were found in one frame."""
    frames = [row for person in take.edited_people for row in person.observations.frame_index.tolist()]
    return max(Counter(frames).values(), default=0)


def _height(take: Take, id: int) -> str:
    height = take.estimates.heights.get(id) if take.estimates is not None else None
    return "" if height is None else f", {height.meters:.2f} m tall ({height.origin})"


def _import(options: argparse.Namespace) -> None:
    from ..jobs.import_results import import_take

    def run(listener: Silent, cancelled: Callable[[], bool]) -> None:
        given = given_settings(options, SolveSettings)
        take = import_take(options.file, options.out, given, listener, cancelled, options.fps, options.up)
        say(f"{count(len(take.people), 'person', 'people')} -> {options.out}")
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
        say(f"-> {path}")
