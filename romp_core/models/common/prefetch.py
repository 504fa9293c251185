"""Iterate in another thread: the next item is made while the caller works on this one."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")
_END = object()


def prefetch(items: Iterable[T], most: int = 1) -> Iterator[T]:
    """The same items in the same order, made in another thread.

    At most `most` of them are made before they are requested. What `items` raises is raised here. Closing the iterator
    stops the thread after its current item, and closes `items` in that thread.
    """
    made: SimpleQueue[object] = SimpleQueue()
    free = threading.Semaphore(most)
    stopped = threading.Event()

    def work() -> None:
        source = iter(items)
        last: object = _END
        try:
            while free.acquire() and not stopped.is_set() and (item := next(source, _END)) is not _END:
                made.put(item)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            last = _Failure(error)
        finally:
            if (close := getattr(source, "close", None)) is not None:
                close()
            made.put(last)

    thread = threading.Thread(target=work, name="prefetch", daemon=True)
    thread.start()
    try:
        while (item := made.get()) is not _END:
            if isinstance(item, _Failure):
                raise item.error
            free.release()
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        free.release()
        thread.join()


class _Failure:
    """An exception on its way to another thread."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
