"""The settings of a capture and of a solve: frozen dataclasses from which command line and panel are generated.

Each field carries its user-facing text and limits in `metadata` (see `setting`), so they are written once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from ..errors import SettingsError

T = TypeVar("T")


def read_places(text: str) -> list[tuple[float, float]]:
    """Places in a picture, "x,y x,y ...", as shares of its width and height. Raises SettingsError."""
    try:
        places = [(float(x), float(y)) for x, y in (place.split(",") for place in text.split())]
    except ValueError:
        places = [(math.nan, math.nan)]
    if not all(0 <= share <= 1 for place in places for share in place):
        raise SettingsError(
            f'Subjects is "{text}", but must be places "x,y x,y ..." in shares of the picture\'s width and height.',
            'For example "0.31,0.52 0.70,0.48": "scout" shows who is where.',
        )
    return places


def write_places(places: Iterable[tuple[float, float]]) -> str:
    """The text that `read_places` reads."""
    return " ".join(f"{x:.4f},{y:.4f}" for x, y in places)


def setting(default: Any, label: str, help: str, **limits: Any) -> Any:
    """A dataclass field with a label, a help text, and optionally `min`, `max`, `unit`, `flag`, `form`.

    `form` reads a text, and raises SettingsError where it has another form than it should.
    """
    return field(default=default, metadata={"label": label, "help": help, **limits})


@dataclass(frozen=True)
class CaptureSettings:
    """What to read and which network to run; changing these means running the network again."""

    model: str = setting("blazepose", "Model", "Network that finds the people")
    people: int = setting(
        0,
        "People",
        "Keep only the N nearest people; 0 keeps all; does not count where people are chosen",
        min=0,
        max=64,
    )
    subjects: str = setting(
        "",
        "Subjects",
        "The chosen people: where they are in the first picture with people, as x,y of each in shares of its width and "
        "height; empty takes all",
        form=read_places,
    )
    newcomers: bool = setting(
        True, "Newcomers", "Take also people who come later; off: only those of the first picture with people"
    )
    flow_rounds: int = setting(
        20,
        "Flow Rounds",
        "TRACE: refinements of the optical flow, by which it knows how the camera moves; fewer are faster",
        min=1,
        max=32,
    )
    start: float = setting(0.0, "Start", "Second of the footage to start at", min=0.0, unit="s")
    end: float = setting(0.0, "End", "Second of the footage to end at; 0 is the end of the footage", min=0.0, unit="s")


@dataclass(frozen=True)
class SolveSettings:
    """How the raw result becomes motion; can be changed after the run without the network."""

    height: float = setting(1.70, "Height", "Body height of the people", min=0.4, max=2.6, unit="m")
    fov: float = setting(
        0.0,
        "Field of View",
        "Horizontal field of view of the camera; 0 takes it from the file, else 50 degrees",
        min=0.0,
        max=170.0,
        unit="deg",
    )
    strength: float = setting(
        1.0,
        "Smoothing",
        "Smoothing strength: 0 is raw, 0.3 suits sprinting, 1 suits daily motion",
        min=0.0,
        max=3.0,
    )
    level: bool = setting(True, "Level Camera", "Turn the world so that people stand upright on a level floor")
    tilt: float = setting(
        0.0, "Tilt", "Extra camera pitch after leveling; positive looks down", min=-90.0, max=90.0, unit="deg"
    )
    roll: float = setting(0.0, "Roll", "Extra camera roll after leveling", min=-180.0, max=180.0, unit="deg")
    follow_camera: bool = setting(
        True, "Moving Camera", "Animate the camera where the model tells of its motion (TRACE); off: it stands still"
    )
    contacts: bool = setting(True, "Foot Contacts", "Hold the feet still while they stand on the floor")
    max_gap: float = setting(
        0.5, "Fill Gaps", "Interpolate over gaps up to this long; longer gaps stay gaps", min=0.0, max=5.0, unit="s"
    )


DEFAULT_FOV_DEG = 50.0
"""Horizontal field of view used when neither the user nor the file says one: between a phone's and a webcam's."""


def check(settings: T) -> T:
    """Return the settings unchanged, or raise SettingsError naming the first one outside of its limits."""
    for item in fields(settings):  # type: ignore[arg-type]
        value, limits = getattr(settings, item.name), item.metadata
        if isinstance(value, float) and not math.isfinite(value):
            raise SettingsError(f"{limits['label']} is {value}, but must be a number.", "Enter a number.")
        if "form" in limits:
            limits["form"](value)
        low, high = limits.get("min"), limits.get("max")
        if (low is not None and value < low) or (high is not None and value > high):
            unit = limits.get("unit", "")
            span = f"between {low} and {high}" if high is not None else f"at least {low}"
            raise SettingsError(f"{limits['label']} is {value}, but must be {span} {unit}".rstrip() + ".")
    return settings


def from_mapping(cls: type[T], values: Mapping[str, Any]) -> T:
    """Settings from a mapping (a take's record, a job's header); unknown names are left out, types are converted."""
    defaults: dict[str, Any] = {item.name: item.default for item in fields(cls)}  # type: ignore[arg-type]
    given = {name: type(defaults[name])(value) for name, value in values.items() if name in defaults}
    return check(cls(**given))


def to_mapping(settings: Any) -> dict[str, Any]:
    """Plain dictionary, for JSON."""
    return asdict(settings)
