"""MA-HMR's files, and what a checkpoint says about its network: sizes, camera branch, stage of the training."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...checkpoints import stored_shapes
from ...errors import ModelError
from ...typing import Array
from ...weights.file import WeightFile
from ..checkpoint import Checkpoint, Shapes
from ..license import CommercialUse, License
from .constants import CELL, PATCH, WIDTH

COARSE, FINE, ENCODER, PEOPLE = (f"ma_hmr_{part}" for part in ("coarse", "fine", "encoder", "people"))
FOV = "ma_hmr_fov"
_TABLE, _MEAN_POSE, _MEAN_SHAPE, _LEVELS = "encoder_pos_embeds", "mean_pose", "mean_shape", "level_embed"
_BOXES, _BOXES_AGAIN = "bbox_embed.", "decoder.decoder.bbox_embed."
_SHAPE_LAYER = re.compile(r"shape_head\.\d+\.layers\.4\.")
_SHAPE, _SHAPE_WITH_AGE = 10, 11
_UNUSED = ("human_model.", "dn_enc.", "cam_intrinsics", "z_order_map", "y_coords", "x_coords")
"""Keys of SMPL's own data, of the training, and of what is computed."""
_EXAMPLES = 3

TERMS = License(
    line="CC BY-NC 4.0 (MA-HMR, Kaiwen Wang et al., Tsinghua University): non-commercial; weights that embed SMPL data",
    commercial_use=CommercialUse.NO,
    holder="Kaiwen Wang et al., Tsinghua University",
    url="https://creativecommons.org/licenses/by-nc/4.0/",
    checked="2026-11-28",
)
_PAGE = "https://drive.google.com/drive/folders/1CaQOaQZ94ot91D_kqhvasfRb-utpfKmM"
_MIRROR = "https://cloud.tsinghua.edu.cn/d/99755d6e4b7a463fb673/"


def _file(stage: int, instead: tuple[int, ...] = ()) -> WeightFile:
    name = f"mahmr_stage{stage}.bin"
    how = f"Open the authors' folder, or its mirror {_MIRROR}, download {name} and choose it."
    others = tuple(f"mahmr_stage{each}.bin" for each in instead)
    title = f"MA-HMR weights, stage {stage}"
    return WeightFile(name, title, (name,), TERMS.line, page=_PAGE, how_to_get=how, instead=others)


FILES = (_file(3, instead=(2, 1)), _file(2), _file(1))


@dataclass(frozen=True)
class Variant:
    """What kind of network a checkpoint holds.

    Attributes:
        title: for messages. input_size: longer side of the images in pixels.
        fov: it estimates the field of view. age: it estimates how much of a child somebody is.
        alias: the layers that move boxes are stored twice, as training shares them.
    """

    title: str
    input_size: int
    fov: bool
    age: bool
    alias: bool

    @property
    def remark(self) -> str:
        """A sentence for the user about weights that are not the final ones; else empty."""
        if self.fov:
            return ""
        return f"{self.title} has no camera branch, so a field of view of 60 degrees over the longer side is assumed."


@dataclass(frozen=True)
class Weights:
    """A checkpoint made ready for the templates.

    Attributes:
        networks: weights of the templates by key. table: (n, n, 768) position table of level 0.
        levels: (3, 768) embeddings of the levels. mean_pose: (144,); mean_shape: (10,) or (11,).
    """

    variant: Variant
    networks: Mapping[str, Array]
    table: Array
    levels: Array
    mean_pose: Array
    mean_shape: Array


def _template_shapes(names: tuple[str, ...]) -> Shapes:
    from ...inference.template import template_shapes  # onnxruntime takes a while to import

    return {key: shape for name in names for key, shape in template_shapes(name).items()}


CHECKPOINT = Checkpoint(
    "MA-HMR",
    tuple(file.key for file in FILES),
    ("level_embed", "decoder."),
    lambda: _template_shapes((COARSE, FINE, ENCODER, PEOPLE)),
)


def variant_of(shapes: Shapes) -> Variant:
    """The kind of network by the keys and shapes of a checkpoint (SMPL data and training state included).

    Raises:
        ModelError: it is a variant that is not supported, which is named.
    """
    table = shapes.get(_TABLE, ())
    if len(table) == 3 and table[2] != WIDTH:
        raise _unsupported(f"it has {table[2]} numbers per token (ViT-L)", "its ViT-B checkpoint")
    if not any(key.startswith("scale_head.") for key in shapes):
        raise _unsupported("it has no scale-adaptive tokens", "a checkpoint with a scale head")
    if len(table) != 3 or table[0] != table[1] or table[0] * PATCH % CELL:
        raise _unsupported(f"its position table is {table}", "a checkpoint whose input size is a multiple of 56")
    extra = {key.split(".")[2] for key in shapes if key.startswith("encoder.additional_blocks.")}
    if extra != {"0", "1", "2"}:
        raise _unsupported(f"it has {len(extra)} additional blocks", "a checkpoint with three")
    fov = any(key.startswith("fov_head.") for key in shapes)
    denoising = any(key.startswith("dn_enc.") for key in shapes)
    return Variant(
        title="MA-HMR" if fov else "MA-HMR's stage 1" if denoising else "SAT-HMR",
        input_size=table[0] * PATCH,
        fov=fov,
        age=shapes.get("shape_head.0.layers.4.bias") == (_SHAPE_WITH_AGE,),
        alias=any(key.startswith(_BOXES_AGAIN) for key in shapes),
    )


def read_weights(path: Path) -> Weights:
    """The checkpoint, every key of it accounted for; SMPL data in it is not read.

    Raises:
        ModelError: it is another file or variant; weights are missing, differ from themselves, or are unknown.
    """
    stored = stored_shapes(path)
    if not {_TABLE, _LEVELS} <= stored.keys():
        CHECKPOINT.read(path)  # which says what it is instead
    variant = variant_of(stored)
    shapes = _expected(variant)
    unknown = [key for key in stored if key not in shapes and not key.startswith(_UNUSED)]
    if unknown:
        more = f" and {len(unknown) - _EXAMPLES} more" if len(unknown) > _EXAMPLES else ""
        raise ModelError(
            f"{path.name} holds weights that are not MA-HMR's: {', '.join(unknown[:_EXAMPLES])}{more}.",
            "Choose mahmr_stage3.bin as published.",
        )
    found = replace(CHECKPOINT, shapes=lambda: shapes).read(path)
    loose = {key: found.pop(key) for key in (_TABLE, _LEVELS, _MEAN_POSE, _MEAN_SHAPE)}
    _drop_alias(found, path.name)
    if not variant.age:
        found.update({key: _with_age(values) for key, values in found.items() if _SHAPE_LAYER.match(key)})
    return Weights(variant, found, loose[_TABLE], loose[_LEVELS], loose[_MEAN_POSE], loose[_MEAN_SHAPE])


def _expected(variant: Variant) -> dict[str, tuple[int, ...]]:
    """Shapes of what must be in the file."""
    shape = _SHAPE_WITH_AGE if variant.age else _SHAPE
    networks = _template_shapes((COARSE, FINE, ENCODER, PEOPLE, *((FOV,) if variant.fov else ())))
    shapes = {key: (shape, *size[1:]) if _SHAPE_LAYER.match(key) else tuple(size) for key, size in networks.items()}
    if variant.alias:
        again = {key: size for key, size in shapes.items() if key.startswith(_BOXES)}
        shapes |= {_BOXES_AGAIN + key.removeprefix(_BOXES): size for key, size in again.items()}
    side = variant.input_size // PATCH
    return {
        **shapes,
        _TABLE: (side, side, WIDTH),
        _LEVELS: (3, WIDTH),
        _MEAN_POSE: (144,),
        _MEAN_SHAPE: (shape,),
    }


def _drop_alias(found: dict[str, Array], name: str) -> None:
    for key in [key for key in found if key.startswith(_BOXES_AGAIN)]:
        if not np.array_equal(found.pop(key), found[_BOXES + key.removeprefix(_BOXES_AGAIN)]):
            raise ModelError(f"{name} holds two different copies of {key}.", "Choose mahmr_stage3.bin as published.")


def _with_age(values: Array) -> Array:
    """A last layer for ten coefficients as one for eleven, the last of which is always zero."""
    return np.concatenate([values, np.zeros_like(values[:1])])


def _unsupported(what: str, choose: str) -> ModelError:
    return ModelError(f"This variant of MA-HMR is not supported: {what}.", f"Choose mahmr_stage3.bin, or {choose}.")
