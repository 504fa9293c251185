"""What the cards of body models have in common: their files, and of ROMP, BEV and TRACE, address and license."""

from __future__ import annotations

from ...weights.body_files import RELEASES
from ...weights.file import WeightFile
from ...weights.store import WeightStore
from ..license import CommercialUse, Evidence, License

BODY_KEYS = ("SMPL_NEUTRAL", "SMPLA_NEUTRAL")
"""Files of an adult body, the preferred one first."""


def used_files(store: WeightStore, networks: tuple[str, ...], bodies: tuple[str, ...]) -> dict[str, str]:
    """File name -> sha256 of the network in use, the first one that is there, and of all bodies that are there."""
    network = store.first(networks) or networks[0]
    return {key: store.sha256(key) for key in (network, *bodies) if store.find(key)}


def trained_license(name: str) -> License:
    """The license of their weights, by what is published with them."""
    return License(
        line=(
            f"{name} weights (Yu Sun et al.): no license is published with them; they were trained on data sets for "
            "non-commercial research, so treat them as non-commercial"
        ),
        commercial_use=CommercialUse.NO,
        holder="Yu Sun et al.",
        url="https://github.com/Arthur151/ROMP",
        checked="2026-11-28",
        evidence=Evidence.UNCLEAR,
    )


def released(
    key: str,
    title: str,
    terms: License,
    release: str = "V2.0",
    size: int = 0,
    sha256: str = "",
    instead: tuple[str, ...] = (),
) -> WeightFile:
    """A file of their releases."""
    address = f"{RELEASES}{release}/{key}"
    return WeightFile(key, title, (key,), terms.line, url=address, size=size, sha256=sha256, instead=instead)
