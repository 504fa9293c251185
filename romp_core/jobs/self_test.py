"""A tiny capture, to tell a user in one sentence whether this machine can capture, or what is missing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from ..errors import Cancelled, FootageError, ModelError
from ..inference.threads import small_networks_at_once
from ..models.base import ModelCard
from ..models.registry import default_store, model_card
from ..take.observations import Frame
from ..take.settings import CaptureSettings
from ..take.take import FootageInfo
from ..weights.store import WeightStore
from .listener import ProgressOnly
from .progress import Clock, Progress, ProgressListener

CLIP = Path(__file__).with_name("self_test.mp4")
"""A person of the project's own, in H.264; `tests/data/make_self_test_clip.py` makes it."""
FRAMES = 8
_REINSTALL = 'Reinstall the extension; outside Blender, run: pip install "romp_core[cpu]"'


def self_test(listener: ProgressListener | None = None, cancelled: Callable[[], bool] = lambda: False) -> str:
    """Decode a video and find the person in it with the built-in model; returns what to tell the user.

    Args:
        cancelled: asked after each frame.

    Raises:
        Cancelled: it was.
        FootageError: video cannot be decoded here. ModelError: onnxruntime or the model does not work here.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(f"onnxruntime cannot be loaded ({error}).", _REINSTALL) from error
    card = model_card(CaptureSettings().model)
    report, people = _run(card, default_store(), listener or ProgressOnly(None), cancelled)
    if not people:
        raise ModelError(f"{card.label} did not find the person in the test clip.", _REINSTALL)
    return f"Ready: onnxruntime {onnxruntime.__version__} on {report}"


def try_model(card: ModelCard, store: WeightStore) -> str:
    """Run a model on the test clip; returns provider, threads, times and the model's remark as sentences.

    Raises:
        FootageError: video cannot be decoded here. ModelError: the model's files are missing or unusable.
    """
    return _run(card, store, ProgressOnly(None), lambda: False)[0]


def _run(
    card: ModelCard, store: WeightStore, listener: ProgressListener, cancelled: Callable[[], bool]
) -> tuple[str, int]:
    """What `try_model` says, and how many people were found in all frames together."""
    listener.progress(Progress("self_test", 0, FRAMES, 0.0, 0.0))  # loading the model may take a while
    info, frames = _decode()
    start = time.perf_counter()
    estimator = card.open(info, CaptureSettings(model=card.name), store)
    loaded = time.perf_counter()
    clock, people = Clock("self_test", len(frames), listener), 0
    for done, found in enumerate(estimator.run(iter(frames)), start=1):
        if cancelled():
            raise Cancelled(hint="")
        clock.tick(done)
        people += len(found)
    ran = time.perf_counter()
    count = small_networks_at_once()
    threads = f"{count} thread{'s' * (count != 1)}"
    report = (
        f"{estimator.provider}, {threads}, model loaded in {loaded - start:.1f} s, "
        f"{len(frames)} video frames searched in {ran - loaded:.1f} s. {estimator.remark}"
    )
    return report.strip(), people


def _decode() -> tuple[FootageInfo, list[Frame]]:
    """The frames of the test clip. Raises FootageError whatever is wrong with the decoder."""
    try:
        from ..footage import open_footage

        with open_footage(CLIP) as footage:
            frames = list(footage.frames())
            info = footage.info
    except Exception as error:  # a decoder of another version can fail in any way
        raise FootageError(f"Video cannot be decoded here ({type(error).__name__}: {error}).", _REINSTALL) from error
    if len(frames) != FRAMES:
        raise FootageError(f"Only {len(frames)} of the {FRAMES} frames of a test video can be decoded.", _REINSTALL)
    return info, frames
