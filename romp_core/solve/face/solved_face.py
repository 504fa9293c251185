"""What the solve makes of a person's face."""

from __future__ import annotations

from dataclasses import dataclass

from ...typing import Array


@dataclass(frozen=True)
class FaceTrack:
    """The face of a person in m frames.

    Attributes:
        coefficients: (m, 52) of `FACE_UNITS`, 0..1.
        confidence: (m,) how well the face is seen, 0 where it is relaxed.
        turns: (m, 4) wxyz rotation of the head in camera space; turn_share: (m,) how far it counts, 0..1.
    """

    coefficients: Array
    confidence: Array
    turns: Array
    turn_share: Array
