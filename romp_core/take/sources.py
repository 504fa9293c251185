"""Where each joint of a solved motion is from, frame by frame."""

from __future__ import annotations

from typing import Final

MEASURED, INTERPOLATED, INFILLED, HELD, HIDDEN, EDITED = range(6)
SOURCES: Final = ("measured", "interpolated", "infilled", "held", "hidden", "edited")
"""By number: seen in the image; drawn from one measurement to the next; filled in by what is seen else; the last pose
held; nothing is known, and the body is hidden; posed by the user."""
