"""The command line of build_addon.py."""

import argparse
import sys
from pathlib import Path

from . import build, demo, lock, resolve, rings, templates
from .console import BuildError, warn
from .paths import DIST
from .platforms import PLATFORMS, chosen


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except BuildError as error:
        sys.stdout.flush()
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="build_addon.py", description="Build, test and demonstrate the extension.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    make = commands.add_parser("build", help="build the extension's zip for this system, or for others")
    make.add_argument(
        "--platform",
        action="append",
        default=[],
        choices=[*PLATFORMS, "all"],
        help="may be repeated (default: this system)",
    )
    make.add_argument(
        "--python", default=",".join(build.DEFAULT_TAGS), metavar="TAGS", help="Pythons to serve (default: %(default)s)"
    )
    make.add_argument(
        "--runtime",
        choices=lock.RUNTIMES,
        default=lock.RUNTIMES[0],
        help="what networks run on besides the processor (default: %(default)s)",
    )
    make.add_argument("--out", type=Path, default=DIST, metavar="DIR", help="folder for the zips (default: dist)")
    make.set_defaults(run=_build)
    test = commands.add_parser("test", help="run static checks and the four test rings")
    test.add_argument("--ring", action="append", choices=rings.RINGS, help="repeatable (default: all)")
    test.add_argument("--blender", action="append", default=[], metavar="VERSION", help="repeatable (default: all)")
    test.add_argument(
        "pytest_options", nargs="*", metavar="-- PYTEST_OPTION", help="such as -- --groundtruth DIR -k foot"
    )
    test.set_defaults(run=_test)
    show = commands.add_parser("demo", help="turn a video into characters, through a freshly built and installed zip")
    show.add_argument("video", type=Path, nargs="?", default=demo.DEFAULT_VIDEO, metavar="VIDEO")
    show.add_argument("--out", type=Path, default=demo.DEFAULT_OUT, metavar="DIR", help="default: %(default)s")
    show.add_argument("--model", default="blazepose", metavar="NAME", help="default: %(default)s")
    show.add_argument("--blender", metavar="VERSION", help="bpy version (default: one whose Python is found)")
    show.set_defaults(run=_demo)
    redo = commands.add_parser(
        "templates", help="export romp_core/inference/templates anew through torch (for maintainers)"
    )
    redo.set_defaults(run=_templates)
    relock = commands.add_parser("lock", help="resolve wheels/wanted.toml anew (for maintainers)")
    relock.add_argument(
        "environment", nargs="*", help="only these environments, such as torch (default: all, and the wheels)"
    )
    relock.set_defaults(run=_lock)
    return parser


def _build(arguments: argparse.Namespace) -> int:
    tags = dict.fromkeys(tag.strip() for tag in arguments.python.split(",") if tag.strip())
    platforms = chosen(arguments.platform)
    if "all" in arguments.platform:
        existing = lock.runtime_platforms(arguments.runtime)
        if without := [platform.name for platform in platforms if platform.name not in existing]:
            warn(f"there is no onnxruntime with {arguments.runtime} for {', '.join(without)}: no zip for them")
        platforms = [platform for platform in platforms if platform.name in existing]
    build.build(platforms, build.Variant(arguments.runtime, tuple(tags)), arguments.out.resolve())
    return 0


def _test(arguments: argparse.Namespace) -> int:
    return rings.test(rings.Selection(arguments.ring or rings.RINGS, arguments.blender, arguments.pytest_options))


def _demo(arguments: argparse.Namespace) -> int:
    return demo.demo(arguments.video, arguments.out, arguments.model, arguments.blender)


def _templates(_: argparse.Namespace) -> int:
    templates.export()
    return 0


def _lock(arguments: argparse.Namespace) -> int:
    resolve.relock(arguments.environment)
    return 0
