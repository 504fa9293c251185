"""The 52 units of facial expression that ARKit names, the common language of face capture.

Each is a coefficient from 0, at rest, to 1. Left and right are the person's.
"""

from __future__ import annotations

from typing import Final


def _both(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}{side}" for name in names for side in ("Left", "Right"))


FACE_UNITS: Final = (
    *_both("browDown"),
    "browInnerUp",
    *_both("browOuterUp"),
    "cheekPuff",
    *_both("cheekSquint", "eyeBlink", "eyeLookDown", "eyeLookIn", "eyeLookOut", "eyeLookUp", "eyeSquint", "eyeWide"),
    *("jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose"),
    *_both("mouthDimple", "mouthFrown"),
    *("mouthFunnel", "mouthLeft"),
    *_both("mouthLowerDown", "mouthPress"),
    *("mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper"),
    *_both("mouthSmile", "mouthStretch", "mouthUpperUp", "noseSneer"),
    "tongueOut",
)
"""Their names, in alphabetical order."""

N_FACE_UNITS: Final = len(FACE_UNITS)
FACE_UNIT: Final = {name: index for index, name in enumerate(FACE_UNITS)}
"""Index by name."""
