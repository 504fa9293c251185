"""What a running live capture is asked for, and what it tells. Light to import.

Times named `time` are seconds of the take's clock: 0 at the first frame, and they stand for the moment at which the
frame was captured. `captured` is the same moment by `time.perf_counter()`, which all processes of a machine share: what
has passed since then is the latency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...take.settings import CaptureSettings, LiveSettings, SolveSettings
from ...typing import Array


class Request:
    """What the parent asks of a live capture that runs."""


class Report:
    """What a live capture tells."""


@dataclass(frozen=True)
class Live:
    """Capture live until it is stopped. In the worker it is a command like others, and is answered by `Started`.

    Attributes:
        source: number of a camera, "http://", "https://" or "rtsp://" address, or path of a video played in real time.
        capture: model, model options and the most people; the rest means nothing here.
        solve: field of view, height and smoothing; all of it is kept in recordings.
        weights: folder of weight files, "" for the default.
    """

    source: str
    capture: CaptureSettings = CaptureSettings()  # noqa: RUF009 - frozen
    solve: SolveSettings = SolveSettings()  # noqa: RUF009 - frozen
    live: LiveSettings = LiveSettings()  # noqa: RUF009 - frozen
    weights: str = ""


# --- requests ---


@dataclass(frozen=True)
class LivePause(Request):
    """Pause, or go on: while paused no frame is looked at and nothing is recorded; the source stays open."""

    paused: bool


@dataclass(frozen=True)
class LiveMirror(Request):
    """Swap left and right, or stop doing so; while a recording runs, once it has ended."""

    mirror: bool


@dataclass(frozen=True)
class LiveCalibrate(Request):
    """Watch people who stand still, then set floor, facing and builds; answered by `LiveCalibrated`.

    Attributes:
        seconds: how long to watch. countdown: seconds before that, to step back.
    """

    seconds: float = 2.0
    countdown: float = 0.0


@dataclass(frozen=True)
class LiveRecord(Request):
    """Record into the take file `out` from now on; answered by `LiveRecording`, at the end by `LiveRecorded`.

    Attributes:
        seconds: stop by itself after this long, 0 to record on. countdown: seconds before it begins.
    """

    out: str
    seconds: float = 0.0
    countdown: float = 0.0


@dataclass(frozen=True)
class LiveStopRecording(Request):
    """End the recording, or its countdown; the capture goes on."""


@dataclass(frozen=True)
class LiveStop(Request):
    """End the capture, and the recording with it. The job's last event is then `Finished`, `LiveStats` its result."""


# --- reports ---


@dataclass(frozen=True)
class LiveState(Report):
    """How it stands, whenever that changes.

    Attributes:
        state: "running"; "paused"; "waiting" for a source that stalls or went away.
        sentence, hint: why it waits; empty otherwise.
    """

    state: str
    sentence: str = ""
    hint: str = ""


@dataclass(frozen=True)
class LiveCamera(Report):
    """The camera in the world of the poses that follow; at the start and after a calibration.

    Attributes:
        fov: horizontal, radians. rotation: (4,) wxyz, camera space (x right, y down, z forward) to the world.
        position: (3,) meters.
    """

    fov: float
    rotation: Array
    position: Array


@dataclass(frozen=True)
class LivePeople(Report):
    """Skeletons of the people in the poses that follow: of new people, and of those whom a calibration changed.

    Attributes:
        ids: (P,) int32. rest_joints: (P, 24, 3) meters, SMPL rest space, pelvis at the origin.
        builds: (P, S) values of `bodies.build.SLIDERS`; S is 0 where the skeleton is no body's of these sliders.
        rest_fingers: (P, 40, 3) finger joints and tips at rest, from their wrist, where hands are captured, else
            (P, 0, 3). has_face: faces are captured.
    """

    ids: Array
    rest_joints: Array
    builds: Array
    rest_fingers: Array
    has_face: bool = False


@dataclass(frozen=True)
class LivePosed(Report):
    """The people of the newest frame, sent as soon as they are known; P may be 0.

    Attributes:
        time, captured: see above. frame: number of the frame since the start; numbers of dropped frames are missing.
        ids: (P,) int32. confidence: (P,) 0..1.
        rotations: (P, 24, 4) wxyz, sign-continuous, or (P, 54, 4) with the finger joints where hands are captured;
            index 0 takes SMPL rest space to the world, others are local.
        root: (P, 3) pelvis in the world (z up), meters. recording: this frame is in the recording.
        face: (P, 52) coefficients of `geometry.face_units`, or (P, 0) where faces are not captured.
    """

    time: float
    captured: float
    frame: int
    ids: Array
    confidence: Array
    rotations: Array
    root: Array
    face: Array
    recording: bool = False


@dataclass(frozen=True)
class LiveStats(Report):
    """Figures for the display, twice a second.

    Attributes:
        received, inferred, dropped: frames so far; dropped are those that a newer one replaced.
        input_fps, inference_fps: over the last two seconds.
        latency_p50, latency_p95, latency_p99: from the capture of a frame until its pose was sent, ms, over the latest
            300 poses. provider: of onnxruntime, that runs.
    """

    received: int = 0
    inferred: int = 0
    dropped: int = 0
    input_fps: float = 0.0
    inference_fps: float = 0.0
    latency_p50: float = 0.0
    latency_p95: float = 0.0
    latency_p99: float = 0.0
    provider: str = ""


@dataclass(frozen=True)
class LiveThumbnail(Report):
    """A small image (h, w, 3) uint8 RGB of the newest frame with the 2D skeletons, a few times a second."""

    image: Array


@dataclass(frozen=True)
class LiveCalibrated(Report):
    """A calibration ended.

    Attributes:
        ok: False when nothing was changed. sentence: what was found, or why nothing; hint: what to do then.
        heights: meters by person id.
    """

    ok: bool
    sentence: str
    hint: str = ""
    heights: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class LiveRecording(Report):
    """How the recording stands, twice a second and when it changes.

    Attributes:
        out: the take file. seconds: recorded so far, without pauses. countdown: seconds until it begins, else 0.
    """

    out: str
    seconds: float = 0.0
    countdown: float = 0.0


@dataclass(frozen=True)
class LiveRecorded(Report):
    """A recording ended, by request, by itself, or because it failed; the capture goes on.

    Attributes:
        take: file of the raw take, to be solved; "" when nothing was saved. frames: in it; seconds: that it lasts.
        sentence, hint: for the user.
    """

    take: str
    frames: int = 0
    seconds: float = 0.0
    sentence: str = ""
    hint: str = ""


REQUESTS: tuple[type[Any], ...] = (LivePause, LiveMirror, LiveCalibrate, LiveRecord, LiveStopRecording, LiveStop)
REPORTS: tuple[type[Any], ...] = (
    LiveState, LiveCamera, LivePeople, LivePosed, LiveStats, LiveThumbnail, LiveCalibrated, LiveRecording, LiveRecorded,
)  # fmt: skip
