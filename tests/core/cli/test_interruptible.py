"""The first Ctrl+C cancels a job, the second one ends the program, and afterwards everything is as before."""

import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from romp_core.cli.progress import interruptible


@pytest.fixture(autouse=True)
def handler() -> Iterator[Any]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_first_interrupt_asks_the_job_to_stop_and_the_second_ends_it() -> None:
    def run(_: Any, cancelled: Callable[[], bool]) -> None:
        assert not cancelled()
        signal.raise_signal(signal.SIGINT)
        assert cancelled()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    interruptible(run, "none")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_that_python_does_not_know_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Blender, which sets its own before Python starts."""
    real = signal.signal

    def unknown_at_first(number: int, handler: Any) -> Any:
        known = real(number, handler)
        return None if callable(handler) else known

    monkeypatch.setattr(signal, "signal", unknown_at_first)
    done = []
    interruptible(lambda listener, cancelled: done.append(True), "none")
    assert done and signal.getsignal(signal.SIGINT) == signal.SIG_DFL
