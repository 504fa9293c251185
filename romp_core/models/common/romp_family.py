"""What the cards of ROMP, BEV and TRACE have in common: release address and license of their weights."""

from __future__ import annotations

from ...weights.body_files import RELEASES
from ...weights.file import WeightFile
from ..license import CommercialUse, License

BODY_KEYS = ("SMPL_NEUTRAL", "SMPLA_NEUTRAL")
"""Files of an adult body, the preferred one first."""


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
