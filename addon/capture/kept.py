"""What a capture that did not reach its end has left, in a sentence."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..worker.outcome import Outcome

if TYPE_CHECKING:
    from romp_core.take.take import Take


def what_is_kept(outcome: Outcome, take: Take) -> str:
    """How far a cancelled or failed capture came, and where that is.

    A cancelled outcome gets the first part as its sentence; the rest is returned.

    Args:
        take: what the capture left; it has people.
    """
    frames, people = _count(len(take.footage.times), "frame"), _count(len(take.people), "person", "people")
    verb = "was" if frames == "1 frame" else "were"
    kept = f"{frames} of {people} {verb} kept in {os.path.basename(outcome.take)}."
    at = f"at {_clock(float(take.footage.times[-1]))}"
    if take.provenance.complete:  # it was stopped while it solved
        at, kept = f"after the last frame, {at}", f"{kept} Use Make Characters to go on from there."
    if outcome.kind == "cancelled":
        outcome.sentence = f"Cancelled {at}."
        return kept
    return f"It stopped {at}. {kept}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _clock(seconds: float) -> str:
    """Minutes and seconds of the footage, with hours where there are any."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
