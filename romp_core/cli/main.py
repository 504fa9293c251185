"""The command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from ..errors import Cancelled, MocapError
from ..inference.threads import ONE_BLAS_THREAD
from .console import adapt, say, unless_closed
from .old_names import with_new_names

CANCELLED_STATUS = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 1 for an error that the user can fix, 130 when cancelled."""
    adapt()
    try:
        return _run(arguments)
    finally:  # what is still buffered, such as a page of help that nobody reads to its end
        with unless_closed(sys.stdout):
            pass


def _run(arguments: Sequence[str] | None) -> int:
    os.environ.update({**ONE_BLAS_THREAD, **os.environ})  # before numpy is imported, by the commands
    options = _parser().parse_args(with_new_names(sys.argv[1:] if arguments is None else arguments))
    return status_of(lambda: _run_command(options))


def _run_command(options: argparse.Namespace) -> None:
    from .options import with_threads

    with with_threads(options):
        options.run(options)


def status_of(run: Callable[[], None]) -> int:
    """Run what may raise errors that the user can act on, and say them; returns the exit status, see `main`."""
    try:
        run()
    except Cancelled as error:
        say(f"{error.sentence} {error.hint}".strip())
        return CANCELLED_STATUS
    except MocapError as error:
        say(f"Error: {error.sentence}" + (f"\n{error.hint}" if error.hint else ""))
        return 1
    except ImportError as error:
        say(f"Error: A library cannot be loaded ({error}).")
        say('Install the package with an extra, such as: pip install "romp_core[cpu]"')
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    from .capture import add_capture_commands
    from .edit import add_edit_command
    from .live import add_live_command
    from .models import add_model_commands
    from .takes import add_take_commands

    parser = argparse.ArgumentParser(prog="romp_core", description="Markerless motion capture from video.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], None], help: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        return sub

    add_capture_commands(command)
    add_live_command(command)
    add_take_commands(command)
    add_edit_command(command)
    add_model_commands(command)
    return parser
