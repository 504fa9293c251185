"""All models and their files, by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import ModelError
from ..weights.body_files import BODY_FILES
from ..weights.file import WeightFile
from ..weights.store import WeightStore, standard_folders
from .base import ModelCard
from .bev.card import BEV
from .blazepose.card import BLAZEPOSE
from .ma_hmr.card import MA_HMR
from .moro.card import MORO
from .refiner import RefinerCard
from .romp.card import ROMP
from .rtmo.card import RTMO
from .trace.card import TRACE

MODELS: dict[str, ModelCard] = {card.name: card for card in (BLAZEPOSE, ROMP, BEV, TRACE, MA_HMR, RTMO)}
REFINERS: dict[str, RefinerCard] = {MORO.name: MORO}
"""Models that estimate the people of a take again."""


def model_card(name: str) -> ModelCard:
    """The model of this name. Raises ModelError naming those that exist."""
    try:
        return MODELS[name]
    except KeyError:
        raise ModelError(f'There is no model called "{name}".', f"Choose one of: {', '.join(MODELS)}.") from None


def weight_files() -> dict[str, WeightFile]:
    """The files of all models and of the body models, by key."""
    cards: list[ModelCard | RefinerCard] = [*MODELS.values(), *REFINERS.values()]
    return {file.key: file for card in cards for file in card.files} | BODY_FILES


def weight_store(folder: str | Path, also: tuple[Path, ...] = ()) -> WeightStore:
    """A store of these files in a folder, and in others that are only read."""
    return WeightStore(Path(folder), also, files=weight_files())


def default_store(folder: str | Path | None = None) -> WeightStore:
    """The store in the given folder, else in the user's data folder; that one and `~/.romp` are always read, too."""
    own, reference = standard_folders()
    return weight_store(folder, (own, reference)) if folder else weight_store(own, (reference,))


def known_checkpoints() -> Mapping[str, tuple[str, ...]]:
    """Title -> key prefixes of the checkpoints of all models."""
    cards: list[ModelCard | RefinerCard] = [*MODELS.values(), *REFINERS.values()]
    return {each.title: each.key_prefixes for card in cards for each in card.checkpoints}
