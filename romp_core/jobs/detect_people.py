"""Who is there to select from: the first frame with people, and where each of them is in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import Cancelled, ModelError
from ..footage import open_footage
from ..images.annotate import label_people
from ..images.skeletons import draw_skeletons
from ..images.thumbnail import thumbnail, write_png
from ..models.registry import default_store, model_card
from ..take.keypoints import Layout
from ..take.observations import Frame, People
from ..take.settings import CaptureSettings, check, write_positions
from ..take.take import FootageInfo
from ..weights.store import WeightStore
from .listener import Listener
from .progress import Clock
from .selection import boxes, centers

LONGEST_SIDE = 1280
"""Of the written image, in pixels."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who can be selected.

    Attributes:
        number: as in the image, from 1, from left to right. id: the estimator's.
        x, y: the center of the person, in fractions of the image's width and height. confidence: 0..1.
    """

    number: int
    id: int
    x: float
    y: float
    confidence: float

    @property
    def position(self) -> str:
        """As `CaptureSettings.selection` takes it."""
        return write_positions([(self.x, self.y)])


@dataclass(frozen=True)
class DetectedPeople:
    """The people of the first frame that has any.

    Attributes:
        image: path of the PNG with skeleton, box and number of everybody.
        time: of the frame, in seconds of the footage.
    """

    image: str
    time: float
    people: tuple[Candidate, ...]

    @property
    def report(self) -> str:
        """A sentence for the user."""
        count = len(self.people)
        return f"{count} {'person' if count == 1 else 'people'} at {self.time:.2f} s."

    def to_mapping(self) -> dict[str, Any]:
        """For JSON."""
        people = [{**asdict(one), "position": one.position} for one in self.people]
        return {"image": self.image, "time": self.time, "people": people}


def detect_people(
    source: str,
    image: str | Path,
    settings: CaptureSettings,
    listener: Listener,
    cancelled: Callable[[], bool] = lambda: False,
    store: WeightStore | None = None,
    longest: int = LONGEST_SIDE,
) -> DetectedPeople:
    """Run the model until it finds people, and write an image with their numbers.

    It finds what a capture with these settings finds first, so its positions mean the same people there.

    Args:
        settings: model, start and end count. longest: larger side of the written image in pixels.

    Raises:
        MocapError: footage, model or image file are unusable; nobody was found.
        Cancelled: `cancelled()` became true before anybody was found.
    """
    check(settings)
    card, store = model_card(settings.model), store or default_store()
    remarks = store.verified(card.needs)
    with open_footage(source, settings.start, settings.end, settings.frame_rate) as footage:
        estimator = card.open(footage.info, replace(settings, people=0), store)
        remark = " ".join(filter(None, (estimator.remark, *remarks)))
        listener.started(footage.info, card.label, estimator.provider, footage.expected_frames, remark)
        waiting: deque[Frame] = deque()
        clock = Clock("detect_people", 0, listener)

        def watched() -> Iterator[Frame]:
            for count, frame in enumerate(footage.frames(), start=1):
                if cancelled():
                    return
                clock.tick(count)
                waiting.append(replace(frame, image=thumbnail(frame.image, longest)))
                yield frame

        with closing(estimator.run(watched())) as stream:  # type: ignore[type-var]
            for people in stream:
                frame = waiting.popleft()
                if len(people):
                    return _detected(frame, people, footage.info, card.layout, Path(image))
    if cancelled():
        raise Cancelled(hint="")
    raise ModelError("Nobody was found in the footage.", card.hint_for_nobody)


def _detected(frame: Frame, people: People, footage: FootageInfo, layout: Layout, path: Path) -> DetectedPeople:
    people = people.only(np.argsort(centers(people, footage)[:, 0], kind="stable"))
    ids = np.asarray(people.ids).tolist()
    candidates = tuple(
        Candidate(number, id, round(float(x), 4), round(float(y), 4), round(float(confidence), 3))
        for number, (id, (x, y), confidence) in enumerate(
            zip(ids, centers(people, footage), people.confidence, strict=True), start=1
        )
    )
    scale = frame.image.shape[1] / footage.width
    points, seen = people.keypoints2d * scale, people.visibility
    drawn = draw_skeletons(frame.image.copy(), points, seen, ids, layout.edges)
    write_png(label_people(drawn, boxes(people, footage) * scale, ids), path)
    return DetectedPeople(str(path), frame.time, candidates)
