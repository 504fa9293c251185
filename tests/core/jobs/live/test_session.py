"""A live capture in the worker, as the add-on runs it: poses, recordings, requests, kills. However slow it is."""

from __future__ import annotations

import os
import signal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from romp_core.jobs.live.messages import (
    Live,
    LiveCamera,
    LiveMirror,
    LivePause,
    LivePeople,
    LivePosed,
    LiveRecord,
    LiveRecorded,
    LiveRecording,
    LiveState,
    LiveStats,
    LiveStop,
    LiveStopRecording,
    LiveThumbnail,
)
from romp_core.storage.journal import journal_path
from romp_core.storage.take_file import load_take
from romp_core.take.settings import CaptureSettings, LiveSettings
from romp_core.worker.client import WorkerJob
from romp_core.worker.commands import Cancelled, Failed, Finished, Solve, Started
from tests.core.workers import ended, follow, start
from tests.mjpeg_server import filming, jpegs_of

DEMO = Path(__file__).parents[3] / "data" / "demo.mp4"


@pytest.fixture(scope="module")
def jpegs() -> list[bytes]:
    return jpegs_of(DEMO)


@pytest.fixture
def camera(jpegs):
    with filming(jpegs) as server:
        yield server


def start_live(source: str, folder: Path, **live) -> WorkerJob:
    return start(Live(source, live=LiveSettings(**live)), folder / "log" / "worker.log")


def poses(events) -> list[LivePosed]:
    return [event for event in events if isinstance(event, LivePosed)]


def latest(events, kind):
    """The last event of a kind."""
    return next(event for event in reversed(events) if isinstance(event, kind))


def someone(event) -> bool:
    return isinstance(event, LivePosed) and len(event.ids) > 0


def recording_for(seconds: float):
    return lambda event: isinstance(event, LiveRecording) and event.seconds >= seconds


def test_a_file_in_real_time_gives_poses_and_ends(tmp_path):
    events = follow(start_live(str(DEMO), tmp_path))
    assert isinstance(events[0], Started) and events[0].width == 480
    posed = poses(events)
    assert all(later.time > earlier.time for earlier, later in pairwise(posed))
    known: dict[int, np.ndarray] = {}
    camera = False
    for event in events:
        if isinstance(event, LivePeople):
            known |= dict(zip(event.ids.tolist(), event.rest_joints, strict=True))
        camera = camera or isinstance(event, LiveCamera)
        if isinstance(event, LivePosed):
            assert set(event.ids.tolist()) <= set(known) and camera, "skeletons and camera come before their poses"
            assert event.time == pytest.approx(event.frame / 30, abs=1e-6)
            assert np.isfinite(event.rotations).all() and np.isfinite(event.root).all()
            assert (event.root[:, 2] > 0.2).all() and (event.root[:, 2] < 1.6).all(), "the floor is under the feet"
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.result["received"] == 120 and last.result["inferred"] == len(posed)
    assert last.result["latency_p50"] > 0
    thumbnail = next(event for event in events if isinstance(event, LiveThumbnail))
    assert thumbnail.image.shape == (160, 160, 3)


def test_hands_come_beside_the_body_and_are_recorded(tmp_path):
    out = tmp_path / "take.npz"
    job = start(Live(str(DEMO), CaptureSettings(parts="hands")), tmp_path / "log" / "worker.log")
    events = follow(job, someone)
    job.send(LiveRecord(str(out)))
    events += follow(job)
    posed = [each for each in poses(events) if len(each.ids)]
    assert all(each.rotations.shape[1:] == (54, 4) for each in posed)
    assert latest(events, LivePeople).rest_fingers.shape == (1, 40, 3)
    fingers = np.stack([each.rotations[0, 24:] for each in posed])
    np.testing.assert_allclose(np.linalg.norm(fingers, axis=-1), 1, atol=1e-5)
    presence = [person.observations.hand_presence for person in load_take(out).people]  # several where it was slow
    assert all(each.shape[1:] == (2,) for each in presence)
    assert max(each.max() for each in presence) > 0.5


def test_a_model_without_hands_says_so(tmp_path):
    job = start(Live(str(DEMO), CaptureSettings(model="romp", parts="hands")), tmp_path / "log" / "worker.log")
    failed = ended(job)
    assert isinstance(failed, Failed) and "does not capture hands" in failed.sentence


def test_a_recording_is_a_raw_take_that_can_be_solved(camera, tmp_path):
    out = tmp_path / "take.npz"
    job = start_live(camera.address, tmp_path)
    events = follow(job, someone)
    job.send(LiveRecord(str(out)))
    events += follow(job, recording_for(1.0))
    job.send(LiveStopRecording())
    events += follow(job, lambda event: isinstance(event, LiveRecorded))
    recorded = latest(events, LiveRecorded)
    assert recorded.take == str(out) and recorded.seconds >= 1.0
    take = load_take(out)
    assert not take.solved and take.provenance.complete and not journal_path(out).exists()
    keys = [posed.time for posed in poses(events) if posed.recording]
    assert len(take.footage.times) == len(keys) == recorded.frames
    np.testing.assert_allclose(take.footage.times, np.array(keys) - keys[0], atol=1e-6)
    follow(job, someone)  # it goes on
    job.send(LiveStop())
    last = ended(job)
    assert isinstance(last, Finished) and last.take == str(out)
    assert isinstance(ended(start(Solve(str(out), str(out)), tmp_path / "log.txt")), Finished)
    assert load_take(out).solved


def test_a_recording_ends_by_itself_after_a_countdown(camera, tmp_path):
    out = tmp_path / "take.npz"
    job = start_live(camera.address, tmp_path)
    events = follow(job, someone)
    asked = latest(events, LivePosed).captured
    job.send(LiveRecord(str(out), seconds=0.8, countdown=0.7))
    events = follow(job, lambda event: isinstance(event, LiveRecorded))
    job.cancel()
    assert isinstance(ended(job), Cancelled)
    assert 0 < next(event for event in events if isinstance(event, LiveRecording)).countdown <= 0.7
    recorded = [posed for posed in poses(events) if posed.recording]
    assert recorded[0].captured >= asked + 0.7 - 0.2
    assert recorded[-2].time - recorded[0].time < 0.8, "it ends with the first frame that makes it long enough"
    assert latest(events, LiveRecorded).take == str(out) and len(load_take(out).footage.times) == len(recorded)


def test_pausing_stops_poses_but_not_the_source(camera, tmp_path):
    job = start_live(camera.address, tmp_path)
    follow(job, someone)
    job.send(LivePause(True))
    paused = lambda event: isinstance(event, LiveState) and event.state == "paused"  # noqa: E731
    follow(job, paused)
    quiet = follow(job, lambda event: isinstance(event, LiveStats))
    quiet += follow(job, lambda event: isinstance(event, LiveStats))
    assert not poses(quiet)
    job.send(LivePause(False))
    follow(job, lambda event: isinstance(event, LivePosed))
    job.send(LiveStop())
    assert isinstance(ended(job), Finished)


def test_mirror_swaps_the_sides(camera, tmp_path):
    """Of the 2D skeleton's image, so of everything that follows from it."""
    images = []
    for mirror in (False, True):
        job = start_live(camera.address, tmp_path, mirror=mirror)
        images.append(
            latest(follow(job, lambda event: isinstance(event, LiveThumbnail)), LiveThumbnail).image.astype(float)
        )
        job.cancel()
        ended(job)
    straight, flipped = images
    assert np.abs(straight[:, ::-1] - flipped).mean() < np.abs(straight - flipped).mean()


def test_mirror_is_switched_while_it_runs_and_a_recording_stays_as_it_began(camera, tmp_path):
    out = tmp_path / "take.npz"
    job = start_live(camera.address, tmp_path)
    follow(job, someone)
    job.send(LiveRecord(str(out)))
    job.send(LiveMirror(True))
    follow(job, recording_for(0.5))
    job.send(LiveStopRecording())
    before = latest(follow(job, lambda event: isinstance(event, LiveRecorded)), LiveRecorded)
    assert not load_take(before.take).footage.mirrored
    job.send(LiveRecord(str(out)))
    follow(job, recording_for(0.5))
    job.send(LiveStop())
    last = ended(job)
    assert isinstance(last, Finished) and load_take(out).footage.mirrored


def test_a_killed_worker_leaves_what_was_recorded(camera, tmp_path):
    out = tmp_path / "take.npz"
    job = start_live(camera.address, tmp_path)
    follow(job, someone)
    job.send(LiveRecord(str(out)))
    follow(job, lambda _: journal_path(out).exists() and journal_path(out).stat().st_size > 8_000)
    os.kill(job.pid, signal.SIGKILL)
    last = ended(job)
    assert isinstance(last, Failed) and last.take == str(out)
    take = load_take(out)
    assert not take.provenance.complete and len(take.people) == 1
    assert not journal_path(out).exists()


def test_cancelling_saves_the_recording(camera, tmp_path):
    out = tmp_path / "take.npz"
    job = start_live(camera.address, tmp_path)
    follow(job, someone)
    job.send(LiveRecord(str(out)))
    follow(job, recording_for(0.5))
    job.cancel()
    assert isinstance(ended(job), Cancelled)
    assert load_take(out).people


def test_a_recording_that_cannot_be_written_does_not_end_the_capture(camera, tmp_path):
    job = start_live(camera.address, tmp_path)
    follow(job, someone)
    job.send(LiveRecord(str(tmp_path)))
    failed = latest(follow(job, lambda event: isinstance(event, LiveRecorded)), LiveRecorded)
    assert failed.take == "" and "is a folder" in failed.sentence and failed.hint
    follow(job, someone)
    job.send(LiveStop())
    assert isinstance(ended(job), Finished)


def test_the_source_goes_away_and_comes_back(camera, tmp_path):
    job = start_live(camera.address, tmp_path)
    follow(job, someone)
    camera.gone = True
    waiting = latest(follow(job, lambda event: isinstance(event, LiveState) and event.state == "waiting"), LiveState)
    assert waiting.sentence and waiting.hint
    camera.gone = False
    follow(job, lambda event: isinstance(event, LiveState) and event.state == "running")
    follow(job, someone)
    job.cancel()
    ended(job)


def test_a_source_that_stays_away_ends_it_with_a_sentence(camera, tmp_path):
    out = tmp_path / "take.npz"
    job = start_live(camera.address, tmp_path, patience=0.5)
    follow(job, someone)
    job.send(LiveRecord(str(out)))
    follow(job, recording_for(0.3))
    camera.gone = True
    last = ended(job)
    assert isinstance(last, Finished) and last.take == str(out) and "has ended" in last.report
    assert load_take(out).people


@pytest.mark.parametrize(
    "source, model, sentence",
    [
        ("http://127.0.0.1:9/", "blazepose", "cannot be reached"),
        (str(DEMO), "trace", "cannot run live"),
        (str(DEMO), "nothing", "no model called"),
        ("99", "blazepose", "camera"),
    ],
)
def test_what_cannot_run_says_why(tmp_path, source, model, sentence):
    job = start(Live(source, CaptureSettings(model)), tmp_path / "log.txt")
    last = ended(job)
    assert isinstance(last, Failed) and sentence in last.sentence and last.hint
