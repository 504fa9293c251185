"""Commands and options of version 0.1.0 under their present names, so that scripts keep working."""

from __future__ import annotations

from collections.abc import Sequence

_COMMANDS = {"scout": "detect-people"}
_OPTIONS = {
    "--subjects": "--selection",
    "--newcomers": "--new-people",
    "--no-newcomers": "--no-new-people",
    "--accept-licence": "--accept-license",
}


def with_new_names(arguments: Sequence[str]) -> list[str]:
    """The arguments of a command line with old names replaced; values of options stay as they are."""
    command = [_COMMANDS.get(name, name) for name in arguments[:1]]
    return command + [_renamed(argument) for argument in arguments[1:]]


def _renamed(argument: str) -> str:
    name, equals, value = argument.partition("=")
    return _OPTIONS.get(name, name) + equals + value
