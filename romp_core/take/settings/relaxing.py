"""Parts of people that can be relaxed where they were seen wrongly."""

from __future__ import annotations

from typing import Final

RELAXED_PARTS: Final = {"left_hand": "Left Hand", "right_hand": "Right Hand", "face": "Face"}
"""By name, with labels."""
