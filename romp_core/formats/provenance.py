"""Where an export comes from, as arrays for its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..take.take import Take
from ..typing import Array


def provenance_arrays(take: Take) -> dict[str, Array]:
    """Strings: `model`, `model_license`, `body_license`, `core_version`, `created`, `source` (a file name), and
    `commercial_use`, `license_checked` (a date), `license_evidence` and `weights` (files with their sha256)."""
    made = take.provenance
    facts = {
        "model": made.model,
        "model_license": made.model_license,
        "body_license": made.body_license,
        "core_version": made.core_version,
        "created": made.created,
        "source": Path(take.footage.path).name,
        "commercial_use": made.commercial_use,
        "license_checked": made.license_checked,
        "license_evidence": made.license_evidence,
        "weights": ", ".join(f"{name} {digest}" for name, digest in made.weights.items()),
    }
    return {name: np.array(value) for name, value in facts.items()}
