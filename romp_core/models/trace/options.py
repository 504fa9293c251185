"""Settings that only TRACE has."""

from __future__ import annotations

from dataclasses import dataclass

from ...take.settings import setting


@dataclass(frozen=True)
class TraceOptions:
    """Options of a capture with TRACE."""

    flow_rounds: int = setting(
        20,
        "Flow Rounds",
        "Refinements of the optical flow, from which TRACE estimates the camera's motion; fewer are faster",
        min=1,
        max=32,
    )
