"""RTMO's published files: complete networks (zips with an ONNX file) and checkpoints (`spec/rtmo.md`, section 1)."""

from __future__ import annotations

from typing import Final

from ...weights.file import WeightFile
from ..license import CommercialUse, Evidence, License

_ADDRESS = "https://download.openmmlab.com/mmpose/v1/projects/rtmo/"

TERMS: Final = License(
    line=(
        "Apache-2.0 (RTMO, OpenMMLab), code and weights; some of the data sets that it was trained on have terms for "
        "research (AI Challenger, Halpe, MPII), so decide yourself about commercial use, or use a COCO-only file"
    ),
    commercial_use=CommercialUse.CONDITIONS,
    condition="some of the data sets that it was trained on have terms for research",
    evidence=Evidence.UNCLEAR,
    holder="OpenMMLab",
    url="https://github.com/open-mmlab/mmpose/tree/main/projects/rtmo",
    checked="2026-11-28",
)

SIZES: Final = {"t": "tiny", "s": "small", "m": "medium", "l": "large"}

_BODY7 = {
    "t": "rtmo-t_8xb32-600e_body7-416x416-f48f75cb_20231219",
    "s": "rtmo-s_8xb32-600e_body7-640x640-dac2bf74_20231211",
    "m": "rtmo-m_16xb16-600e_body7-640x640-39e78cc4_20231211",
    "l": "rtmo-l_16xb16-600e_body7-640x640-b37118ce_20231211",
}
_COCO = {
    "s": "rtmo-s_8xb32-600e_coco-640x640-8db55a59_20231211",
    "m": "rtmo-m_16xb16-600e_coco-640x640-6f4e0306_20231211",
    "l": "rtmo-l_16xb16-600e_coco-640x640-516a421f_20231211",
}


def _file(key: str, title: str, published: str, instead: tuple[str, ...]) -> WeightFile:
    """A file; of checkpoints the name holds the first digits of the hash, as all of OpenMMLab's do."""
    stem, suffix = published.rpartition("/")[2].rsplit(".", 1)
    digits = stem.split("-")[-1].split("_")[0] if suffix == "pth" else ""
    names = (f"{stem}.{suffix}", key)
    return WeightFile(key, title, names, TERMS.line, url=_ADDRESS + published, sha256=digits, instead=instead)


def _files() -> tuple[WeightFile, ...]:
    published = {
        **{f"rtmo-{size}.zip": f"onnx_sdk/{stem}.zip" for size, stem in _BODY7.items()},
        **{f"rtmo-{size}.pth": f"{stem}.pth" for size, stem in _BODY7.items()},
        **{f"rtmo-{size}-coco.pth": f"{stem}.pth" for size, stem in _COCO.items()},
    }
    first = "rtmo-s.zip"
    keys = sorted(published, key=lambda key: key != first)

    def title(key: str) -> str:
        kind = "network (ONNX)" if key.endswith(".zip") else "weights"
        trained = ", trained on COCO only" if "-coco" in key else ""
        return f"RTMO {kind}, {SIZES[key[5]]}{trained}"

    # One is enough, so the first one names all others; they need not name each other.
    return tuple(_file(key, title(key), published[key], tuple(keys[1:]) if key == first else ()) for key in keys)


FILES: Final = _files()
"""The one to download where the user does not choose comes first."""


def variant_of(key: str) -> str:
    """What the user chooses a file by: "s" or "s-coco"."""
    return key.removeprefix("rtmo-").rpartition(".")[0]


VARIANTS: Final = tuple(dict.fromkeys(variant_of(file.key) for file in FILES))
