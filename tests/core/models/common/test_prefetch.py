"""Items made ahead in another thread: order, errors, an early end, and no more than asked for."""

import threading
import time

import pytest

from romp_core.models.common.prefetch import prefetch


def test_items_come_in_order():
    assert list(prefetch(range(100), most=3)) == list(range(100))
    assert list(prefetch([])) == []


def test_errors_come_after_the_items_before_them():
    def broken():
        yield 1
        raise ValueError("broken footage")

    items = prefetch(broken())
    assert next(items) == 1
    with pytest.raises(ValueError, match="broken footage"):
        next(items)


def test_no_more_is_made_than_asked_for():
    made = []

    def count():
        for number in range(100):
            made.append(number)
            yield number

    items = prefetch(count(), most=2)
    assert next(items) == 0
    time.sleep(0.1)
    assert len(made) <= 3
    items.close()


def test_closing_stops_the_thread_and_closes_the_source():
    closed = threading.Event()
    before = threading.active_count()

    def endless():
        try:
            while True:
                yield 0
        finally:
            closed.set()

    items = prefetch(prefetch(endless()))
    next(items)
    items.close()
    assert closed.wait(5)
    assert threading.active_count() == before
