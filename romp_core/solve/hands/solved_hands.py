"""What the solve makes of a person's hands."""

from __future__ import annotations

from dataclasses import dataclass

from ...typing import Array


@dataclass(frozen=True)
class HandTracks:
    """The hands of a person in m frames.

    Attributes:
        fingers: (m, 30, 4) wxyz, relative to the parents.
        wrists: (m, 2, 4) rotations of the wrists in camera space; wrist_share: (m, 2) how far they count, 0..1.
        confidence: (m, 2) how well the hand is seen, 0 where it is relaxed.
        rest: (40, 3) finger joints and tips at rest, from the wrist, meters of the solve.
    """

    fingers: Array
    wrists: Array
    wrist_share: Array
    confidence: Array
    rest: Array
