"""Parts of people that are read beside their poses, hands and faces, and people together with them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Protocol

from ..take.keypoints import Layout
from ..take.observations import Frame, People
from ..take.settings import CaptureSettings
from ..typing import Array
from .common.prefetch import prefetch
from .face.networks import face_weights
from .face.part import Faces
from .hands.networks import hand_weights
from .hands.part import Hands


class Part(Protocol):
    """Reads one part of everybody, in one frame of the footage after the other."""

    def restart(self) -> None:
        """Begin anew, as in a new shot."""
        ...

    def added(self, people: People, ids: Sequence[int], image: Array) -> People:
        """The people of a frame (H, W, 3) RGB with this part; `ids` are theirs."""
        ...


def open_parts(settings: CaptureSettings, layout: Layout) -> list[Part]:
    """The parts to capture of people with these keypoints."""
    hands: list[Part] = [Hands(layout)] if settings.with_hands else []
    return [*hands, Faces(layout)] if settings.with_face else hands


def part_weights(settings: CaptureSettings) -> dict[str, str]:
    """File name -> sha256 of the networks that read these parts, for the provenance of a take."""
    return (hand_weights() if settings.with_hands else {}) | (face_weights() if settings.with_face else {})


def with_parts(
    frames: Iterable[Frame], estimate: Callable[[Iterable[Frame]], Iterator[People]], parts: Sequence[Part]
) -> Iterator[People]:
    """The people of each frame as estimated, with their parts, which are read while the next people are estimated.

    Args:
        estimate: gives one `People` per frame, in order, with ids.
    """
    waiting: deque[Frame] = deque()

    def kept() -> Iterator[Frame]:
        for frame in frames:
            waiting.append(frame)
            yield frame

    with closing(prefetch(estimate(kept()))) as estimated:  # type: ignore[type-var]
        for people in estimated:
            yield add_parts(people, waiting.popleft(), parts)


def add_parts(people: People, frame: Frame, parts: Sequence[Part]) -> People:
    """The people of a frame, which have ids, with their parts; frames come in their order, but some may be left out."""
    ids = [] if people.ids is None else [int(id) for id in people.ids]
    for part in parts:
        if people.cut:
            part.restart()
        people = part.added(people, ids, frame.image)
    return people
