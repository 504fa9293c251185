"""The table of the models in docs/models.md, from their cards: `python -m romp_core.models.table` updates it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .base import ModelCard
from .refiner import RefinerCard
from .registry import MODELS, REFINERS

BEGIN, END = "<!-- models: generated from the cards -->", "<!-- end of models -->"
_HEADER = "Model", "Gives", "Children's size", "Camera", "Reads", "Tracker", "Needs", "Commercial use", "License"


def table(cards: Iterable[ModelCard]) -> str:
    """Markdown table with a row per model; those that refine takes are the last ones."""
    rows = [_HEADER, ("---",) * len(_HEADER), *map(_row, cards), *map(_refiner_row, REFINERS.values())]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def updated(page: str, cards: Iterable[ModelCard]) -> str:
    """A page with the table between its two markers. Raises ValueError when the markers are missing."""
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{table(cards)}{END}{after}"


def gives(card: ModelCard) -> str:
    """What a model finds out about people, in a few words."""
    can = card.capabilities
    text = f"{len(card.layout)} keypoints ({card.layout.name.rpartition('_')[0]}), {'3D' if can.keypoints3d else '2D'}"
    text += "; hands" if can.hands else ""
    text += "; rotations, shape" if can.rotations else ""
    return text + ("; meters, field of view" if can.metric else "")


def _row(card: ModelCard) -> tuple[str, ...]:
    can = card.capabilities
    return (
        f"**{card.label}** (`{card.name}`): {card.description}",
        gives(card),
        "yes" if can.children else "no",
        "moving or static" if can.moving_camera else "static",
        "a stream" if can.stream else "single frames",
        getattr(card.tracker, "__name__", "its own"),
        ", ".join(_or(card, key) for key in card.needs) or "nothing: built in",
        card.terms.commercial_use.value,
        f"{card.license} ([source]({card.terms.url}), read {card.terms.checked})",
    )


def _refiner_row(card: RefinerCard) -> tuple[str, ...]:
    return (
        f"**{card.label}** (`{card.name}`): {card.description}",
        card.gives,
        "no",
        "static",
        "a take and its footage",
        "the take's",
        ", ".join(f"`{key}`" for key in card.needs),
        card.terms.commercial_use.value,
        f"{card.license} ([source]({card.terms.url}), read {card.terms.checked})",
    )


def _or(card: ModelCard, key: str) -> str:
    """A file and its alternatives."""
    file = next(file for file in card.files if file.key == key)
    return " or ".join(f"`{each}`" for each in (key, *file.instead))


if __name__ == "__main__":
    path = Path(__file__).resolve().parents[2] / "docs" / "models.md"
    path.write_text(updated(path.read_text(encoding="utf-8"), MODELS.values()), encoding="utf-8")
