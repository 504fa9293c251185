"""Work in small steps, between which the window can be drawn: generators that yield how much is done, 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

Result = TypeVar("Result")
Steps = Generator[float, None, Result]


def finish(steps: Steps[Result]) -> Result:
    """Do all steps at once; what the work gives."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


def part(steps: Steps[Result], first: float, last: float) -> Steps[Result]:
    """The same steps as a part of larger work, from the share `first` of it to `last`."""
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        try:
            yield first + (last - first) * share
        except BaseException:
            steps.close()  # it takes back what it did
            raise


def at_once(function: Callable[..., Steps[Result]]) -> Callable[..., Result]:
    """A function that does all steps of another one."""

    def run(*arguments: Any, **named: Any) -> Result:
        return finish(function(*arguments, **named))

    run.__doc__ = function.__doc__
    return run
