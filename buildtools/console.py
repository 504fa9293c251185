"""Talking to the person at the terminal, and the one kind of failure that needs no traceback."""

import sys


class BuildError(Exception):
    """Something the user can understand and repair; printed as one message, exit status 1."""


def say(text: str) -> None:
    """Print one line at once, so that it stays in order with the output of child processes."""
    print(text, flush=True)


def heading(text: str) -> None:
    """Announce a part of the work."""
    say(f"\n== {text}")


def warn(text: str) -> None:
    """Say loudly that something is missing or left out."""
    sys.stdout.flush()
    print(f"WARNING: {text}", file=sys.stderr, flush=True)
