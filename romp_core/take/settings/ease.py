"""How long poses that were put right ease in and out, seconds: at first, and at most."""

from __future__ import annotations

from typing import Final

EASE_S: Final = 0.2
LONGEST_EASE_S: Final = 10.0
