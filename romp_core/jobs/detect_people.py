"""Who is there to choose from: the first picture with people, and where each of them is in it."""

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
from ..images.thumbnail import thumbnail, write_png
from ..models.registry import model_card
from ..take.observations import Frame, People
from ..take.settings import CaptureSettings, check, write_positions
from ..take.take import FootageInfo
from ..weights.store import WeightStore, default_store
from .listener import Listener
from .progress import Clock
from .selection import boxes, places

LONGEST_SIDE = 1280
"""Of the written image, in pixels."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who can be chosen.

    Attributes:
        number: as in the picture, from 1, from left to right. id: the estimator's.
        x, y: the middle of the person, in shares of the picture's width and height. confidence: 0..1.
    """

    number: int
    id: int
    x: float
    y: float
    confidence: float

    @property
    def place(self) -> str:
        """As `CaptureSettings.subjects` wants it."""
        return write_positions([(self.x, self.y)])


@dataclass(frozen=True)
class Scouted:
    """The people of the first picture that has any.

    Attributes:
        picture: PNG with a numbered frame around everybody. time: of the picture, in seconds of the footage.
    """

    picture: str
    time: float
    people: tuple[Candidate, ...]

    @property
    def report(self) -> str:
        """A sentence for the user."""
        count = len(self.people)
        return f"{count} {'person' if count == 1 else 'people'} at {self.time:.2f} s."

    def to_mapping(self) -> dict[str, Any]:
        """For JSON."""
        people = [{**asdict(one), "place": one.place} for one in self.people]
        return {"picture": self.picture, "time": self.time, "people": people}


def scout(
    source: str,
    picture: str | Path,
    settings: CaptureSettings,
    listener: Listener,
    cancelled: Callable[[], bool] = lambda: False,
    store: WeightStore | None = None,
    longest: int = LONGEST_SIDE,
) -> Scouted:
    """Run the model until it sees people, and write the numbered picture.

    It sees what a capture with these settings sees first, so its places mean the same people there.

    Args:
        settings: model, start and end count. longest: largest side of the written picture in pixels.

    Raises:
        MocapError: footage, model or picture file are unusable; nobody was found.
        Cancelled: `cancelled()` became true before anybody was found.
    """
    check(settings)
    card, store = model_card(settings.model), store or default_store()
    remarks = store.verified(card.needs)
    with open_footage(source, settings.start, settings.end) as footage:
        estimator = card.open(footage.info, replace(settings, people=0), store)
        told = " ".join(filter(None, (estimator.remark, *remarks)))
        listener.started(footage.info, card.label, estimator.provider, footage.expected_frames, told)
        waiting: deque[Frame] = deque()
        clock = Clock("scout", 0, listener)

        def tapped() -> Iterator[Frame]:
            for count, frame in enumerate(footage.frames(), start=1):
                if cancelled():
                    return
                clock.tick(count)
                waiting.append(Frame(frame.source_frame, frame.time, thumbnail(frame.image, longest)))
                yield frame

        with closing(estimator.run(tapped())) as stream:  # type: ignore[type-var]
            for people in stream:
                frame = waiting.popleft()
                if len(people):
                    return _scouted(frame, people, footage.info, Path(picture))
    if cancelled():
        raise Cancelled(hint="")
    raise ModelError("Nobody was found in the footage.", card.hint_for_nobody)


def _scouted(frame: Frame, people: People, footage: FootageInfo, picture: Path) -> Scouted:
    middles = places(people, footage)
    people = people.only(np.argsort(middles[:, 0], kind="stable"))
    ids = np.asarray(people.ids).tolist()
    candidates = tuple(
        Candidate(number, id, round(float(x), 4), round(float(y), 4), round(float(confidence), 3))
        for number, (id, (x, y), confidence) in enumerate(
            zip(ids, places(people, footage), people.confidence, strict=True), start=1
        )
    )
    scale = frame.image.shape[1] / footage.width
    write_png(label_people(frame.image, boxes(people, footage) * scale, ids), picture)
    return Scouted(str(picture), frame.time, candidates)
