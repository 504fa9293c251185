"""Stand still for two seconds: then floor, facing and builds are known; who moves is told so."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from romp_core.geometry.rotations import quat_rotate
from romp_core.jobs.live.messages import (
    Live,
    LiveCalibrate,
    LiveCalibrated,
    LiveCamera,
    LivePeople,
    LivePosed,
    LiveStop,
)
from romp_core.take.settings import SolveSettings
from romp_core.worker.client import WorkerJob
from romp_core.worker.commands import Event, Finished
from tests.core.workers import ended, follow, start
from tests.mjpeg_server import MjpegServer, filming, jpegs_of

DEMO = Path(__file__).parents[3] / "data" / "demo.mp4"
HEIGHT = 1.8


def posed(event) -> bool:
    return isinstance(event, LivePosed) and len(event.ids) > 0


def in_front_of(camera: MjpegServer, folder: Path) -> WorkerJob:
    job = start(Live(camera.address, solve=SolveSettings().changed(height=HEIGHT)), folder / "log.txt")
    follow(job, posed)
    return job


def calibrated(job: WorkerJob, seconds: float) -> tuple[LiveCalibrated, list[Event]]:
    """What was found, and what was said after it."""
    job.send(LiveCalibrate(seconds))
    events = follow(job, lambda event: isinstance(event, LiveCalibrated))
    at = next(at for at, event in enumerate(events) if isinstance(event, LiveCalibrated))
    return events[at], events[at + 1 :]


def test_somebody_who_stands_still_faces_forward_on_the_floor_afterwards(tmp_path):
    with filming(jpegs_of(DEMO, most=1)) as camera:
        seconds, job = 2.0, in_front_of(camera, tmp_path)
        found, events = calibrated(job, seconds)
        while "long enough" in found.sentence and seconds < 60:  # a busy machine sees few frames in two seconds
            seconds *= 2
            found, events = calibrated(job, seconds)
        assert found.ok, found.sentence
        events += follow(job, posed)
        job.send(LiveStop())
        assert isinstance(ended(job), Finished)
    id = next(iter(found.heights))
    assert abs(found.heights[id] - HEIGHT) < 0.02 and f"{HEIGHT:.2f} m" in found.sentence
    first = [type(event) for event in events]
    assert first.index(LiveCamera) < first.index(LivePosed) and first.index(LivePeople) < first.index(LivePosed)
    pose = next(event for event in events if posed(event))
    facing = quat_rotate(pose.rotations[0, 0].astype(float), np.array([0.0, 0.0, 1.0]))
    assert np.degrees(np.abs(np.arctan2(facing[0], -facing[1]))) < 8, "toward -y"
    assert np.linalg.norm(pose.root[0, :2]) < 0.1, "at the origin"
    assert 0.8 < pose.root[0, 2] < 1.1, "the pelvis of somebody who stands"


def test_somebody_who_walks_is_told_to_stand_still(tmp_path):
    with filming(jpegs_of(DEMO)) as camera:
        job = in_front_of(camera, tmp_path)
        found, _ = calibrated(job, 3.0)
        assert not found.ok and found.hint
        assert "stood still" in found.sentence or "long enough" in found.sentence
        follow(job, posed)
        job.send(LiveStop())
        assert isinstance(ended(job), Finished)
