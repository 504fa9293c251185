"""Every request and report of a live capture survives the way through a pipe."""

import io

import numpy as np
import pytest

from romp_core.jobs.live import messages as m
from romp_core.storage.messages import read_message, write_message
from romp_core.take.settings import CaptureSettings, LiveSettings, SolveSettings
from romp_core.worker.commands import from_message, to_message

POSED = m.LivePosed(
    1.5, 100.25, 45, *(np.zeros(shape, np.float32) for shape in ((2,), (2,), (2, 24, 4), (2, 3), (2, 0))), True
)
EXAMPLES = [
    m.Live("0", CaptureSettings("romp"), SolveSettings().changed(height=1.6), LiveSettings(mirror=True), "w"),
    m.LivePause(True),
    m.LiveMirror(False),
    m.LiveCalibrate(3.0, 5.0),
    m.LiveRecord("take.npz", 10.0, 3.0),
    m.LiveStopRecording(),
    m.LiveStop(),
    m.LiveState("waiting", "The camera is gone.", "Connect it."),
    m.LiveCamera(0.9, np.array([1.0, 0, 0, 0]), np.zeros(3)),
    m.LivePeople(
        np.array([3], np.int32), *(np.zeros((1, *shape), np.float32) for shape in ((24, 3), (5,), (40, 3))), True
    ),
    POSED,
    m.LiveStats(100, 90, 10, 30.0, 27.0, 20.0, 35.0, 60.0, "CPUExecutionProvider"),
    m.LiveThumbnail(np.zeros((12, 16, 3), np.uint8)),
    m.LiveCalibrated(True, "Calibrated.", "", {0: 1.7, 3: 1.6}),
    m.LiveRecording("take.npz", 1.5, 0.0),
    m.LiveRecorded("take.npz", 45, 1.5),
]


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_there_and_back(value):
    stream = io.BytesIO()
    write_message(stream, *to_message(value, 7))
    stream.seek(0)
    back, job = from_message(read_message(stream))
    assert job == 7 and type(back) is type(value)
    for name, content in vars(value).items():
        if isinstance(content, np.ndarray):
            assert getattr(back, name).dtype == content.dtype
            np.testing.assert_array_equal(getattr(back, name), content)
        else:
            assert getattr(back, name) == content


def test_all_of_them_are_tried():
    assert {type(value) for value in EXAMPLES} == {m.Live, *m.REQUESTS, *m.REPORTS}
    assert set(m.REQUESTS) == set(m.Request.__subclasses__()) and set(m.REPORTS) == set(m.Report.__subclasses__())
