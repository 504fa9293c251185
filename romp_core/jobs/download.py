"""Downloads as a job that is watched: progress in MB."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ..weights.download import download
from ..weights.store import WeightStore
from .progress import Clock, ProgressListener

_MB = 1e6


def download_files(
    keys: Iterable[str],
    store: WeightStore,
    listener: ProgressListener,
    cancelled: Callable[[], bool],
    address: str = "",
) -> list[Path]:
    """Download files one after the other; returns where they lie. Arguments and errors: see `download`."""
    return [_watched(key, store, listener, cancelled, address) for key in keys]


def _watched(
    key: str, store: WeightStore, listener: ProgressListener, cancelled: Callable[[], bool], address: str
) -> Path:
    clock: Clock | None = None

    def report(done: int, total: int) -> None:
        nonlocal clock
        if clock is None or done / _MB < clock.start:  # the server may make us start over
            clock = Clock("download", total / _MB, listener, start=done / _MB)
        clock.tick(done / _MB)

    return download(key, store, report, cancelled, address)
