"""What can be asked of the command; the settings' options are generated, as those of `python -m romp_core` are."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from romp_core.take.settings import CaptureSettings, SolveSettings

from ..export.presets import FORMATS, PRESETS

NAME = "romp_mocap"
BLEND = ".blend"
_SUFFIXES = {suffix: key for key, (_, suffix, _) in FORMATS.items()} | {".usd": "USD", ".usda": "USD"}
_ALL = ", ".join((BLEND, *_SUFFIXES))
_EXAMPLES = """examples:
  blender -c romp_mocap walk.mp4 -o walk.blend
  blender -c romp_mocap walk.mp4 -o walk.fbx --preset UNREAL --height 1.82"""


@dataclass(frozen=True)
class Output:
    """A file to write. `format` is a key of `FORMATS`, "" for a .blend."""

    path: Path
    format: str


def parser() -> argparse.ArgumentParser:
    """The parser of the command's arguments."""
    from romp_core.cli.options import add_model_options, add_settings

    result = argparse.ArgumentParser(
        prog=f"blender -c {NAME}",
        description="Capture the people in footage, make a character for each, and write them to files.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument("source", metavar="VIDEO", help="video file, folder of images, or image")
    result.add_argument(
        "-o",
        "--out",
        action="append",
        required=True,
        type=_output,
        metavar="OUT",
        help=f"file to write, by its suffix: {_ALL}; .npz is AMASS. May be given several times",
    )
    result.add_argument("--take", metavar="TAKE", help="take file to write (.npz; default: beside the first OUT)")
    result.add_argument(
        "--preset", choices=PRESETS, help="what exports are for (default: BLENDER, or that of the format)"
    )
    result.add_argument(
        "--one-file", action="store_true", help="all characters in one file, instead of a file for each"
    )
    result.add_argument(
        "--root-bone", action="store_true", help="add a root bone that carries the motion along the floor"
    )
    result.add_argument("--no-body", action="store_true", help="make armatures without a skinned body")
    result.add_argument("--no-verify", action="store_true", help="do not read exports again to verify them")
    result.add_argument("--overwrite", action="store_true", help="replace files that exist")
    add_settings(result, CaptureSettings)
    add_model_options(result)
    add_settings(result, SolveSettings)
    return result


def take_of(options: argparse.Namespace) -> Path:
    """Where the take is written."""
    if options.take:
        return Path(options.take).absolute()
    first: Path = options.out[0].path
    return first.with_name(f"{first.stem} Take.npz")


def preset_of(options: argparse.Namespace, format: str) -> str:
    """The preset for files of a format.

    Raises:
        romp_core.errors.SettingsError: the one that was asked for does not write this format.
    """
    from romp_core.errors import SettingsError

    name = options.preset or (format if format in PRESETS else "BLENDER")
    if format not in PRESETS[name].formats:
        formats = " or ".join(PRESETS[name].formats)
        raise SettingsError(f"The preset {name} writes {formats}, not {format}.", "Choose another preset or suffix.")
    return str(name)


def _output(text: str) -> Output:
    path = Path(text).absolute()
    suffix = path.suffix.lower()
    if suffix == BLEND:
        return Output(path, "")
    if suffix not in _SUFFIXES:
        raise argparse.ArgumentTypeError(f"'{text}' ends in none of {_ALL}")
    return Output(path, _SUFFIXES[suffix])
