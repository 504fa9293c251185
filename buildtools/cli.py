"""The command line of build_addon.py."""

import argparse
import sys

from . import lock
from .console import BuildError


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
    relock = commands.add_parser("lock", help="resolve wheels/wanted.toml anew (for maintainers)")
    relock.set_defaults(run=_lock)
    return parser


def _lock(_: argparse.Namespace) -> int:
    lock.relock()
    return 0
