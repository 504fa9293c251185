"""Where an export comes from, as arrays for its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..take.take import Take
from ..typing import Array


def provenance_arrays(take: Take) -> dict[str, Array]:
    """Strings: `model`, `model_license`, `body_license`, `core_version`, `created` and `source` (a file name)."""
    made = take.provenance
    facts = {
        "model": made.model,
        "model_license": made.model_license,
        "body_license": made.body_license,
        "core_version": made.core_version,
        "created": made.created,
        "source": Path(take.footage.path).name,
    }
    return {name: np.array(value) for name, value in facts.items()}
