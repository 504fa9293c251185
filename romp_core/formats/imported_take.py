"""The take of imported results, whoever they are from."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..bodies.embedded import BODY_LICENSE
from ..errors import TakeError
from ..geometry.projection import body_model_fov
from ..models.common.square_image import Padding
from ..storage.assemble import TakeHead, assemble, pack
from ..take.observations import Frame, People
from ..take.settings import CaptureSettings, SolveSettings
from ..take.take import FootageInfo, Provenance, Take
from .format import NETWORK_LICENSE, ImportOptions
from .track_take import UNKNOWN_FPS, assumed_rate


def imported_take(
    path: Path,
    source: Path,
    pad: Padding,
    count: int,
    options: ImportOptions,
    model: str,
    focal: float,
    people: Callable[[int, float], People],
) -> Take:
    """A raw take of `count` frames.

    Args:
        path: the results; source: the frames they are about, or the results again. pad: how frames lie in their square.
        model: "ROMP", "BEV" or "TRACE". focal: of its pinhole, in lengths of the image's longer side.
        people: the people of a frame, by frame index and time.

    Raises:
        TakeError: nobody is there.
    """
    rate = (options.fps or UNKNOWN_FPS) if count > 1 else 0.0
    footage = FootageInfo(
        path=str(source),
        width=int(pad.width),
        height=int(pad.height),
        fps=rate,
        times=np.arange(count) / (rate or 1),
        source_frames=np.arange(count, dtype=np.int32),
        fov=body_model_fov(pad.width, pad.height, focal),
    )
    assumed = assumed_rate(UNKNOWN_FPS) if count > 1 and not options.fps else ""
    provenance = Provenance.stamped(
        model=f"imported: {model}",
        model_license=NETWORK_LICENSE,
        body_license=BODY_LICENSE,
        remark=assumed,
        model_focal=focal,
    )
    settings = CaptureSettings(model=model.lower())
    head = TakeHead(uuid.uuid4().hex, footage, settings, SolveSettings(), provenance)
    frames = enumerate(footage.times.tolist())
    records = [pack([(Frame(index, time, np.empty(0)), people(index, time)) for index, time in frames], 0)]
    take = assemble(head, records)
    if not take.people:  # nobody is there for long: then these are photos, or all there is
        take = assemble(head, records, shortest_s=0.0)
    if not take.people:
        raise TakeError(f"There is nobody in the results of {path.name}.", "Choose other results.")
    return take
