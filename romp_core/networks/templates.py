"""Templates: the networks as ONNX graphs without weights, a fixed file per network.

    python -m romp_core.networks.templates

Initializers carry the checkpoint's names and no data; `romp_core.inference.template` binds arrays to them.
The files are committed, so that only who changes a network needs torch: the product's in
`romp_core/inference/templates/`, those that only tests run in `romp_core/reference/templates/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from torch import nn

from ..inference.template import TEMPLATES
from . import ma_hmr, moro_templates, raft, rtmo, trace
from .bev import FEATURES, BevMaps, BevPeople
from .clip_norm import normalize_by_clip
from .exporter import Free, Shape, Template, export
from .romp import Romp

__all__ = ["FOLDERS", "PRODUCT", "REFERENCE", "export"]

BATCH = Free("batch", 1)
IMAGE: dict[str, Shape] = {"image": (BATCH, 512, 512, 3)}
ROMP_AND_BEV = (
    Template("romp", Romp, IMAGE, dict.fromkeys(("center_maps", "params_maps"), (BATCH,))),
    Template(
        "bev_maps",
        BevMaps,
        IMAGE,
        dict.fromkeys(("center_map_3d", "cam_maps_3d", "param_features", "maps_fv", "bv_out"), (BATCH,)),
    ),
    Template("bev_people", BevPeople, {"features": (BATCH, FEATURES)}, {"params": (BATCH,)}),
)

# TRACE's backbone and RAFT take images of any size, for the sake of tests; a session fixes it.
IMAGES: dict[str, Shape] = {"image": (BATCH, Free("height", 128), Free("width", 192), 3)}
ROWS, COLUMNS = Free("rows", 16), Free("columns", 24)
FEATURE_MAP, HIDDEN, FLOW = ((channels, ROWS, COLUMNS) for channels in (raft.FEATURES, raft.HIDDEN, 2))


def _level(level: int) -> Shape:
    rows, columns = ROWS.size // 2**level + 2 * raft.BORDER, COLUMNS.size // 2**level + raft.BORDER
    return Free("places", ROWS.size * COLUMNS.size), Free(f"rows{level}", rows), Free(f"columns{level}", columns)


PAIR: dict[str, Shape] = {
    **{f"level{level}": _level(level) for level in range(raft.LEVELS)},
    **{
        name: (1, channels * raft.HIDDEN, ROWS, COLUMNS)
        for name, channels in (("zr1", 2), ("q1", 1), ("zr2", 2), ("q2", 1))
    },
}
REFINED: dict[str, Shape] = {"hidden": (1, *HIDDEN), "flow": (1, *FLOW)}
RAFT = (
    Template(
        "raft_encoder",
        raft.RaftEncoder,
        IMAGES,
        {"features": (BATCH, *FEATURE_MAP), "hidden": (BATCH, *HIDDEN), "context": (BATCH, *HIDDEN)},
    ),
    Template(
        "raft_pair",
        raft.RaftPair,
        {"previous": (1, *FEATURE_MAP), "current": (1, *FEATURE_MAP), "context": (1, *HIDDEN)},
        PAIR,
    ),
    Template(
        "raft_step", raft.RaftStep, {**PAIR, **REFINED}, {f"next_{name}": shape for name, shape in REFINED.items()}
    ),
    Template(
        "raft_upsample", raft.RaftUpsample, REFINED, {"fine": (1, 2, Free("height", 0), Free("width", 0)), "small": ()}
    ),
)

FRAMES = Free("frames", 2)
CLIP: Shape = (FRAMES, 32, 128, 128)
WARPED: dict[str, Shape] = dict.fromkeys(("current", "previous", "recurrent"), CLIP)
STATES: dict[str, Shape] = dict.fromkeys(("state0", "state1"), (1, *CLIP[1:]))
MAPS = ("center_fv", "center_3d", "cam_3d", "mesh", "motion_fv", "motion_3d", "cam_motion", "cam_rot")


def _warp_by_operator() -> nn.Module:
    network = trace.TraceWarp()
    network.deform_warper.as_operator = True
    return network


def _by_clip(make: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    return lambda: normalize_by_clip(make())


def _trace_templates(norm: Literal["batch", "running"]) -> Iterator[Template]:
    yield Template("trace_backbone", trace.TraceBackbone, IMAGES, {"features": (BATCH, 32, Free("h", 0), Free("w", 0))})
    yield Template(
        "trace_gru", trace.TraceGru, {"features": (1, *CLIP[1:]), **STATES}, dict.fromkeys(("next0", "next1"), ())
    )
    normalized = _by_clip if norm == "batch" else lambda make: make
    warped: dict[str, Shape] = {"warped": (FRAMES,)}
    yield Template(f"trace_warp_{norm}", normalized(trace.TraceWarp), WARPED, warped)
    yield Template(f"trace_warp_{norm}_operator", normalized(_warp_by_operator), WARPED, warped, opset=19)
    yield Template(
        f"trace_maps_{norm}",
        normalized(trace.TraceMaps),
        {"flow": (FRAMES, 2, *CLIP[2:]), "features": CLIP},
        dict.fromkeys(MAPS, (FRAMES,)),
    )
    yield Template(
        "trace_regressors",
        trace.TraceRegressors,
        {"features": (BATCH, FEATURES), "cameras": (BATCH, 3)},
        dict.fromkeys(("params", "camera"), (BATCH,)),
    )


TOKENS: Shape = (Free("tokens", 8), ma_hmr.WIDTH)
PATCHES: dict[str, Shape] = {"patches": (Free("tokens", 8), ma_hmr.PATCH), "positions": TOKENS}
MA_HMR = (
    Template(
        "ma_hmr_coarse",
        ma_hmr.MaHmrCoarse,
        PATCHES,
        {"token": (1,), **dict.fromkeys(("tokens", "scale_map"), (Free("tokens", 0),))},
    ),
    Template("ma_hmr_fine", ma_hmr.MaHmrFine, PATCHES, {"tokens": (Free("tokens", 0),)}),
    Template(
        "ma_hmr_encoder", ma_hmr.MaHmrEncoder, {"tokens": TOKENS}, {"token": (1,), "features": (Free("features", 0),)}
    ),
    Template("ma_hmr_fov", ma_hmr.MaHmrFov, {"token": (1, ma_hmr.WIDTH)}, {"fov": (1,)}),
    Template(
        "ma_hmr_people",
        ma_hmr.MaHmrPeople,
        {"features": TOKENS, "positions": TOKENS},
        dict.fromkeys(("boxes", "poses", "shapes", "confidences", "cameras", "anchors", "hidden"), ()),
    ),
)


def _rtmo_templates(variant: str) -> Iterator[Template]:
    code = rtmo.VARIANTS[variant].pose
    yield Template(
        f"rtmo_{variant}_maps",
        lambda: rtmo.RtmoMaps(variant),
        IMAGES,
        {name: (BATCH, Free("cells", 0)) for name in ("scores", "boxes", "visibility", "poses")},
    )
    people = Free("people", 2)
    yield Template(
        f"rtmo_{variant}_keypoints",
        lambda: rtmo.RtmoKeypoints(variant),
        {"poses": (people, code), "cells": (people, 2), "centers": (people, 2), "sizes": (people, 2)},
        {"keypoints": (people,), "spread": (people,)},
    )


RTMO = tuple(each for variant in rtmo.VARIANTS for each in _rtmo_templates(variant))
PRODUCT = (*ROMP_AND_BEV, *RAFT, *_trace_templates("batch"), *MA_HMR, *RTMO, *moro_templates.PRODUCT)
REFERENCE = (
    *(each for each in _trace_templates("running") if each.name.startswith(("trace_warp", "trace_maps"))),
    *moro_templates.REFERENCE,
)
FOLDERS = {TEMPLATES: PRODUCT, Path(__file__).resolve().parents[1] / "reference" / "templates": REFERENCE}


def main() -> None:
    for folder, templates in FOLDERS.items():
        for template in templates:
            path = folder / f"{template.name}.onnx"
            path.write_bytes(export(template))
            print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
