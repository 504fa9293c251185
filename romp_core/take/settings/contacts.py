"""Foot contacts and planting."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import setting


@dataclass(frozen=True)
class ContactSettings:
    """Settings of the contacts."""

    contacts: bool = setting(True, "Foot Contacts", "Keep feet still while they stand on the floor")
    above_floor: bool = setting(
        True, "Keep Above Floor", "Raise what would be below the floor: toes bend, limbs turn, the body is lifted"
    )
