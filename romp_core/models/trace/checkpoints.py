"""TRACE's three checkpoints and their files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..checkpoint import Checkpoint, Shapes
from ..common.romp_family import released, trained_license

BACKBONE, GRU, REGRESSORS = "trace_backbone", "trace_gru", "trace_regressors"
FLOW = "raft_encoder", "raft_pair", "raft_step", "raft_upsample"
TERMS = trained_license("TRACE")
FILES = (
    released("trace_image_backbone.pkl", "TRACE weights, images", TERMS, "V3.0"),
    released("trace_motion_backbone.pth", "TRACE weights, optical flow", TERMS, "V3.0"),
    released("trace_head.pkl", "TRACE weights, people", TERMS, "V3.0"),
)


class HeadTemplates(NamedTuple):
    """Templates of the head: a name, or a file elsewhere; `warp_operator` needs a recent onnxruntime."""

    warp: str | Path
    warp_operator: str | Path
    maps: str | Path


HEAD = HeadTemplates("trace_warp_batch", "trace_warp_batch_operator", "trace_maps_batch")
"""BatchNorm by the statistics of the clip, as the release runs it."""


def _shapes(*templates: str | Path) -> Shapes:
    from ...inference.template import template_shapes  # onnxruntime takes a while to import

    return {key: shape for name in templates for key, shape in template_shapes(name).items()}


BACKBONE_CHECKPOINT = Checkpoint("TRACE's image backbone", ("trace_image_backbone.pkl",), (), lambda: _shapes(BACKBONE))
"""Any checkpoint with the backbone will do, so no key identifies it."""
FLOW_CHECKPOINT = Checkpoint(
    "TRACE's optical flow", ("trace_motion_backbone.pth",), ("fnet.", "update_block."), lambda: _shapes(*FLOW)
)
HEAD_CHECKPOINT = Checkpoint(
    "TRACE's head",
    ("trace_head.pkl",),
    ("motion_head.", "temp_model."),
    lambda: _shapes(GRU, HEAD.warp, HEAD.maps, REGRESSORS),
)


def head_checkpoint(templates: HeadTemplates) -> Checkpoint:
    """The head's checkpoint with what these templates need of it."""
    return replace(HEAD_CHECKPOINT, shapes=lambda: _shapes(GRU, templates.warp, templates.maps, REGRESSORS))
