"""What to read and which model to run; changing these means running the model again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import SettingsError
from .fields import setting


def read_positions(text: str) -> list[tuple[float, float]]:
    """Positions in an image, "x,y x,y ...", as fractions of its width and height. Raises SettingsError."""
    try:
        positions = [(float(x), float(y)) for x, y in (position.split(",") for position in text.split())]
    except ValueError:
        positions = [(math.nan, math.nan)]
    if not all(0 <= fraction <= 1 for position in positions for fraction in position):
        raise SettingsError(
            f'The selection "{text}" must be positions "x,y x,y ..." as fractions of the image\'s width and height.',
            'For example "0.31,0.52 0.70,0.48". The command "detect-people" lists them.',
        )
    return positions


def write_positions(positions: Iterable[tuple[float, float]]) -> str:
    """The text that `read_positions` reads."""
    return " ".join(f"{x:.4f},{y:.4f}" for x, y in positions)


@dataclass(frozen=True)
class CaptureSettings:
    """Settings of a capture.

    Attributes:
        parts: all but "body" need a model whose card says `hands`.
        model_options: options of the model's own, by name; see the model's card. Those left out have their defaults.
    """

    model: str = setting("blazepose", "Model", "Model that finds the people")
    people: int = setting(
        0, "People", "Keep only the N nearest people; 0 keeps everyone. Ignored when people are selected", min=0, max=64
    )
    selection: str = setting(
        "",
        "Selection",
        "Selected people: their positions in the first frame with people, as x,y in fractions of the image's width and "
        "height. Empty selects everyone",
        form=read_positions,
    )
    new_people: bool = setting(
        True, "New People", "Also capture people who appear later. Off: only those in the first frame with people"
    )
    parts: str = setting(
        "body",
        "Parts",
        "What to capture of each person",
        choices={
            "body": "Body",
            "hands": "Body and Hands",
            "face": "Body and Face",
            "all": "Body, Hands, and Face",
        },
    )
    start: float = setting(0.0, "Start", "Time in the footage to start at", min=0.0, unit="s")
    end: float = setting(0.0, "End", "Time in the footage to end at; 0 is the end of the footage", min=0.0, unit="s")
    frame_rate: float = setting(
        0.0,
        "Frame Rate",
        "For a folder of images: how many frame numbers pass in a second; 0 is 30. Videos have their own rate",
        min=0.0,
        max=1000.0,
        unit="fps",
    )
    model_options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def with_hands(self) -> bool:
        """Whether hands are captured."""
        return self.parts in ("hands", "all")

    @property
    def with_face(self) -> bool:
        """Whether faces are captured."""
        return self.parts in ("face", "all")

    def parts_and(self, other: CaptureSettings) -> str:
        """The parts of both."""
        hands, face = self.with_hands or other.with_hands, self.with_face or other.with_face
        return ("all" if face else "hands") if hands else ("face" if face else "body")
