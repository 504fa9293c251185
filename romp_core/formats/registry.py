"""Every format that can be imported, in the order in which their files are recognized."""

from __future__ import annotations

from typing import Final

from . import (
    amass,
    dance_motions,
    gvhmr_results,
    mediapipe_landmarks,
    phalp_results,
    prompthmr_results,
    romp_results,
    sam_body_results,
    slahmr_results,
    smplerx_results,
    threedpw,
    trace_results,
    tram_results,
    vibe_results,
    wham_results,
)
from .format import Format

FORMATS: Final[tuple[Format, ...]] = (
    trace_results.FORMAT,
    sam_body_results.FORMAT,
    slahmr_results.FORMAT,
    threedpw.FORMAT,
    gvhmr_results.FORMAT,
    prompthmr_results.FORMAT,
    tram_results.FORMAT,
    smplerx_results.FORMAT,
    dance_motions.AIST_FORMAT,
    dance_motions.EDGE_FORMAT,
    wham_results.FORMAT,
    vibe_results.FORMAT,
    phalp_results.FORMAT,
    amass.FORMAT,
    romp_results.FORMAT,
    mediapipe_landmarks.FORMAT,
)

IMPORT_FORMATS: Final = ", ".join(sorted((each.title for each in FORMATS), key=str.lower))
"""For lists and messages: whose results can be imported."""

SUFFIXES: Final = (".npz", ".npy", ".pkl", ".pickle", ".pt", ".pth", ".json")
"""Of files that can be imported."""


def formats_table() -> str:
    """The formats as a Markdown table, for docs/imports.md."""
    rows = [f"| {each.title} | {each.files} | {each.gives} |" for each in FORMATS]
    return "\n".join(["| from | files | what the take holds |", "|---|---|---|", *rows])
