"""BEV's checkpoint and files."""

from __future__ import annotations

from ..checkpoint import Checkpoint, Shapes
from ..common.romp_family import released, trained_license
from .constants import MAP_SIZE, camera_grid

MAPS, PEOPLE = "bev_maps", "bev_people"
GRID, EMBEDDING = "coordmap_3d", "position_embeddings.weight"
TERMS = trained_license("BEV")
FILES = (
    released("BEV.pth", "BEV weights", TERMS, instead=("BEV_ft_agora.pth",)),
    released("BEV_ft_agora.pth", "BEV weights, tuned on AGORA", TERMS),
)


def _shapes() -> Shapes:
    """Of both networks, and of the embedding."""
    from ...inference.template import template_shapes  # onnxruntime takes a while to import

    return {**template_shapes(MAPS), **template_shapes(PEOPLE), EMBEDDING: (MAP_SIZE, MAP_SIZE)}


CHECKPOINT = Checkpoint(
    "BEV", tuple(file.key for file in FILES), ("bv_out_layers.", "transformer."), _shapes, {GRID: camera_grid}
)
