"""Where the takes of a model come from."""

from __future__ import annotations

from ..models.base import ModelCard
from ..models.license import strictest, use_of_body, weakest
from ..models.parts import part_weights
from ..take.settings import CaptureSettings
from ..take.take import Provenance
from ..weights.store import WeightStore


def provenance_of(card: ModelCard, store: WeightStore, settings: CaptureSettings) -> Provenance:
    """What is stamped into a take: the model, its weights, and the licenses of model and body."""
    body, options = card.body_license(store), card.read_options(settings)
    terms = [card.terms, *card.option_terms(options)]
    return Provenance.stamped(
        model=card.name,
        model_license="; ".join(each.line for each in terms),
        body_license=body,
        commercial_use=strictest([*(each.commercial_use for each in terms), use_of_body(body)]).value,
        license_checked=min(each.checked for each in terms),
        license_evidence=weakest(each.evidence for each in terms).value,
        weights=card.weights(store) | card.option_weights(store, options) | part_weights(settings),
        model_focal=card.focal,
    )
