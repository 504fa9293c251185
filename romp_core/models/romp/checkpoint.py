"""ROMP's checkpoint and files."""

from __future__ import annotations

from ..checkpoint import Checkpoint, Shapes
from ..common.romp_family import released, trained_license

TEMPLATE = "romp"
TERMS = trained_license("ROMP")
FILES = (
    released(
        "ROMP.pkl",
        "ROMP weights",
        TERMS,
        size=117_035_932,
        sha256="008abe3d814e2b0e234b8d4481b7a716195a119e332e8d5e70fe742fa19f5731",
        instead=("ROMP.onnx",),
    ),
    released(
        "ROMP.onnx",
        "ROMP network (ONNX)",
        TERMS,
        size=116_288_613,
        sha256="ee5bb9651be9a40ae7da5632d7bbcd961b0654e65799c2f727ee951e56f87c78",
    ),
)


def _shapes() -> Shapes:
    from ...inference.template import template_shapes  # onnxruntime takes a while to import

    return template_shapes(TEMPLATE)


CHECKPOINT = Checkpoint("ROMP", ("ROMP.pkl",), ("final_layers.1.",), _shapes)
