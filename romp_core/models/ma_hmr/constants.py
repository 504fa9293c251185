"""Sizes and thresholds of MA-HMR's release."""

from __future__ import annotations

WIDTH = 768
"""Numbers per token."""
PATCH = 14
"""Side in pixels of a patch of level 0; level 1 has twice that and level 2 four times."""
CELL = 4 * PATCH
"""Images are padded to multiples of this."""
PERSON_IN_CELL, SMALL_PERSON = 0.3, 0.5
"""Thresholds of the scale map: above the first somebody is there, below the second it is somebody small."""
MIN_CONFIDENCE = 0.3
"""Of a person."""
FOCAL = 3**0.5 / 2
"""In lengths of the longer side, 60 degrees: what weights without a camera branch were trained with."""
