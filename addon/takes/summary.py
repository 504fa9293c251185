"""Who was found, for how long, and with what confidence, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .properties import ROMP_MOCAP_PG_take

_NAMED = 3
NEXT_STEPS = "Press Space to play. Takes > Motion changes the result, Retarget moves your own rig, Export writes files."


def summary(entry: ROMP_MOCAP_PG_take) -> str:
    """What a capture found."""
    people = sorted(entry.people, key=lambda person: -person.frames)
    most = max((person.frames for person in people), default=1)
    named = [
        f"{person.name} ({_seen(person.frames, most)}confidence {person.confidence:.0%})" for person in people[:_NAMED]
    ]
    if len(people) > _NAMED:
        named.append(f"{len(people) - _NAMED} more")
    count = "1 person" if len(people) == 1 else f"{len(people)} people"
    return f"{count} in {entry.seconds:.1f} s: {', '.join(named)}."


def _seen(frames: int, most: int) -> str:
    """How long somebody was seen, where others were seen longer."""
    return f"{frames} frames, " if frames < most else ""
