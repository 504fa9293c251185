"""Which files of the models are there, remembered for a moment: panels ask at every redraw."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..preferences import folders

if TYPE_CHECKING:
    from romp_core.models.base import ModelCard
    from romp_core.weights.store import FileState, WeightStore

_KEPT_SECONDS = 1.0
_kept: dict[tuple[str, str], tuple[float, Any]] = {}


def missing(model: str) -> list[FileState]:
    """States of the files without which the model does not run."""
    return _remembered("missing", model, lambda store: store.missing(_needs(model)))


def state(key: str) -> FileState:
    """State of a file; `path` is None when it is missing."""
    return _remembered("state", key, lambda store: store.state(key))


def is_chosen(key: str) -> bool:
    """Whether the user chose a file for this key."""
    return _remembered("chosen", key, lambda store: store.chosen(key) is not None)


def keys(model: str) -> tuple[list[str], list[str]]:
    """Keys of the files that the model needs, or of those that replace them; and of those that it can use as well."""
    from romp_core.models.registry import weight_files

    files, needed = weight_files(), []
    for key in _needs(model):
        there = [each for each in files[key].instead if state(each).path]
        needed += there if there and state(key).path is None else [key]
    card = _card(model)
    return needed, list(card.helps) if card else []


def licenses(model: str) -> str:
    """Licenses of the model and of the body that its characters get."""
    card = _card(model)
    if card is None:
        return ""
    body = _remembered("body", model, card.body_license)
    return f"License: {card.license}. {card.terms.commercial_line} Body: {body}"


def forget() -> None:
    """Look again at the next question: a file came or went."""
    _kept.clear()


def _card(model: str) -> ModelCard | None:
    """The model's card; None for one that a file of another version names."""
    from romp_core.models.registry import MODELS

    return MODELS.get(model)


def _needs(model: str) -> tuple[str, ...]:
    from romp_core.models.registry import REFINERS

    card = _card(model) or REFINERS.get(model)
    return card.needs if card else ()


def _remembered(what: str, key: str, ask: Callable[[WeightStore], Any]) -> Any:
    now = time.monotonic()
    if (what, key) not in _kept or now - _kept[what, key][0] > _KEPT_SECONDS:
        _kept[what, key] = now, ask(folders.weight_store())
    return _kept[what, key][1]
