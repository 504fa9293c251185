"""The templates of MoRo: those of the release, and small ones that tests run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from .exporter import Free, Shape, Template
from .moro import (
    BOX,
    CODE,
    TRAJECTORY,
    BackboneHalf,
    ImageEncoder,
    MoroSizes,
    MotionEncoder,
    TokenDecoder,
    TokenSmoother,
    VitSizes,
)
from .moro_tokenizer import ENCODER, LAYERS, MeshDecoder, MeshEncoder, MeshSizes

FRAMES = Free("frames", 3)
TOY_MESH = MeshSizes((60, 30, 30, 15, 15, 8, 8, 8, 15, 15, 30, 30, 60, 60), (5,) * LAYERS)
TINY = MoroSizes(8, 512, 64, 8, 2, 1, 1, 32, 4, 3, 2)
TINY_VIT = VitSizes(64, 3, 4)


def transformer(prefix: str, sizes: MoroSizes) -> Iterator[Template]:
    """The networks that decode tokens."""
    cells, width = sizes.rows * sizes.columns, sizes.width
    yield Template(
        f"{prefix}_image",
        lambda: ImageEncoder(sizes),
        {"features": (FRAMES, cells, sizes.features), "boxes": (FRAMES, BOX)},
        dict.fromkeys(("image", "weak"), (FRAMES,)),
    )
    yield Template(
        f"{prefix}_motion",
        lambda: MotionEncoder(sizes),
        {"tokens": (FRAMES, sizes.tokens, CODE), "trajectory": (FRAMES, TRAJECTORY)},
        dict.fromkeys(("motion", "path", "clean"), (FRAMES,)),
    )
    inputs: dict[str, Shape] = {
        "motion": (FRAMES, sizes.tokens, width),
        "image": (FRAMES, cells, width),
        "path": (FRAMES, width),
        "camera": (FRAMES, TRAJECTORY),
    }
    outputs: dict[str, Shape] = dict.fromkeys(("logits", "refined", "contacts"), (FRAMES,))
    yield Template(f"{prefix}_decoder", lambda: TokenDecoder(sizes), inputs, outputs)


def tokenizer(prefix: str, sizes: MeshSizes, tokens: int) -> Iterator[Template]:
    """Between meshes and tokens."""
    shapes = tuple(zip(sizes.vertices, sizes.slots, strict=True))
    for name, network, layers, first in (
        ("mesh_encoder", MeshEncoder, range(ENCODER), (FRAMES, sizes.vertices[-1], 3)),
        ("mesh_decoder", MeshDecoder, range(ENCODER, LAYERS), (FRAMES, tokens, CODE)),
    ):
        inputs: dict[str, Shape] = {"x": first} | {f"near{layer}": shapes[layer] for layer in layers}
        yield Template(f"{prefix}_{name}", partial(network, sizes), inputs, {"y": (FRAMES,)})


def backbone(prefix: str, sizes: VitSizes) -> Iterator[Template]:
    """The two halves of the backbone."""
    crops, between = (FRAMES, 3, 256, 256), (FRAMES, 192, sizes.width)
    for name, second, shape in (("vit_first", False, crops), ("vit_second", True, between)):
        yield Template(f"{prefix}_{name}", partial(BackboneHalf, second, sizes), {"x": shape}, {"y": (FRAMES,)})


def smoother(prefix: str, tokens: int) -> Template:
    """The smoother of tokens."""
    return Template(f"{prefix}_smoother", TokenSmoother, {"tokens": (FRAMES, tokens, CODE)}, {"smooth": (FRAMES,)})


PRODUCT = (
    *transformer("moro", MoroSizes()),
    *tokenizer("moro", MeshSizes(), MoroSizes().tokens),
    *backbone("moro", VitSizes()),
    smoother("moro", MoroSizes().tokens),
)
REFERENCE = (
    *transformer("moro_tiny", TINY),
    *tokenizer("moro_tiny", TOY_MESH, TINY.tokens),
    *backbone("moro_tiny", TINY_VIT),
    smoother("moro_tiny", TINY.tokens),
)
