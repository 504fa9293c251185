"""The time left is sensible from its first showing, however long a job takes to warm up."""

import pytest

from romp_core.jobs import progress
from romp_core.jobs.progress import Clock


class Listener:
    def __init__(self):
        self.heard = []

    def progress(self, heard):
        self.heard.append(heard)


@pytest.fixture
def now(monkeypatch):
    moment = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: moment[0])
    return moment


def test_the_warm_up_does_not_count(now):
    listener = Listener()
    clock = Clock("capture", 300, listener)
    now[0] += 8.0  # the model's first frame
    for frame in range(1, 61):
        clock.tick(frame)
        now[0] += 0.1
    shown = [each for each in listener.heard if each.eta]
    assert 11 <= shown[0].done <= 15, "nothing is shown in the first second"
    for each in shown:
        assert each.eta == pytest.approx((300 - each.done) * 0.1, rel=0.01)


def test_a_job_that_becomes_slower_says_so(now):
    listener = Listener()
    clock = Clock("capture", 1000, listener)
    for frame in range(1, 301):
        clock.tick(frame)
        now[0] += 0.1 if frame < 150 else 0.5
    assert listener.heard[-1].eta == pytest.approx(700 * 0.5, rel=0.1)


def test_an_unknown_length_has_no_time_left(now):
    listener = Listener()
    clock = Clock("detect_people", 0, listener)
    for frame in range(1, 40):
        clock.tick(frame)
        now[0] += 0.1
    assert {each.eta for each in listener.heard} == {0.0}
