"""The interface of all trackers: detections of one frame in, ids of people out.

`image_tracker.ImageTracker` is for models of landmarks, which know where people are in the image;
`space_tracker.SpaceTracker` is for body models, which know depth and scale, too. Each `ModelCard` names its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from ..typing import Array

Detections_contra = TypeVar("Detections_contra", contravariant=True)


class Tracker(Protocol[Detections_contra]):
    """Gives each person of a piece of footage an id that nobody else gets."""

    def assign(self, detections: Detections_contra, time: float) -> list[int | None]:
        """Ids of the people of one frame, from 0 and unique; None for detections that start no track.

        Args:
            detections: of one frame.
            time: seconds, increasing from call to call; frames without people may be left out.
        """
        ...

    def new_shot(self) -> None:
        """After a cut positions mean nothing; people are recognized by their appearance alone."""
        ...


@dataclass(frozen=True)
class ImageDetection:
    """A person detected in one frame.

    Attributes:
        center: (2,) pixels, the middle of the body. size: pixels, about the body's height.
        appearance: see `appearance.signature`.
        starts_track: False when it was only found by following somebody, so it cannot be a new person.
        hidden: share of the person that somebody nearer hides, 0 to 1: the position is that uncertain.
        source: whose region it was found in; None when it was found otherwise.
        shape: (K, 2) joints from the center in sizes, not a number where hidden; None where not known.
    """

    center: Array
    size: float
    appearance: Array
    starts_track: bool = True
    hidden: float = 0.0
    source: int | None = None
    shape: Array | None = None

    def overlaps(self, other: ImageDetection) -> bool:
        """True when one of the two may hide a part of the other."""
        return bool(np.hypot(*(self.center - other.center)) < 0.5 * max(self.size, other.size))


@dataclass(frozen=True)
class SpaceDetections:
    """The n people detected in one frame.

    Attributes:
        cams: (n, 3) scale, y, x as ROMP and BEV give them: y and x in -1..1 of the square around the image, scale the
            size there of what is a meter long.
        depth: (n,) meters. scores: (n,) in 0..1.
        appearances: of each person (see `appearance.smpl_appearances`), a further cue; None where not known.
    """

    cams: Array
    depth: Array
    scores: Array
    appearances: Sequence[Array] | None = None

    def __len__(self) -> int:
        return len(self.depth)
