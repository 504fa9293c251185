"""All models, by name."""

from __future__ import annotations

from ..errors import ModelError
from .base import ModelCard
from .bev.card import BEV
from .blazepose.card import BLAZEPOSE
from .romp.card import ROMP
from .trace.card import TRACE

MODELS: dict[str, ModelCard] = {card.name: card for card in (BLAZEPOSE, ROMP, BEV, TRACE)}


def model_card(name: str) -> ModelCard:
    """The model of this name. Raises ModelError naming those that exist."""
    try:
        return MODELS[name]
    except KeyError:
        raise ModelError(f'There is no model called "{name}".', f"Choose one of: {', '.join(MODELS)}.") from None
