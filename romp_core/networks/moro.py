"""MoRo: body tokens of every frame, some of them masked, from what the image shows and how the others move.

The networks run per round of the decoding, so they are three: image (once), motion, and decoder. Names as in the
released checkpoint. The frames of a clip are the first axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .transformer import Attention, Block, FeedForward, PostNormLayer

TRAJECTORY, BOX, CONTACTS, CODE = 9, 3, 4, 9
_TINY = 1e-6


@dataclass(frozen=True)
class MoroSizes:
    """Sizes of the networks; those of the release when left out.

    Attributes:
        tokens: of a frame; codes: in the codebook. features: of the image, on a grid of rows and columns.
        window: frames that are seen before and after each one.
    """

    tokens: int = 87
    codes: int = 512
    width: int = 1024
    heads: int = 8
    motion_depth: int = 4
    image_depth: int = 2
    decoder_depth: int = 2
    features: int = 1280
    rows: int = 16
    columns: int = 12
    window: int = 60


class _SpaceTimeBlock(nn.Module):
    """Attention over the tokens of a frame and over the frames of a token, each with an MLP; one of them first."""

    def __init__(self, width: int, heads: int, time_first: bool) -> None:
        super().__init__()
        self.order = ("t", "s") if time_first else ("s", "t")
        for axis in ("s", "t"):
            self.add_module(f"norm1_{axis}", nn.LayerNorm(width))
            self.add_module(f"attn_{axis}", Attention(width, heads))
            self.add_module(f"norm2_{axis}", nn.LayerNorm(width))
            self.add_module(f"mlp_{axis}", FeedForward(width, 4 * width))

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        for axis in self.order:
            normed, attention = self.get_submodule(f"norm1_{axis}")(x), self.get_submodule(f"attn_{axis}")
            if axis == "s":
                x = x + attention(normed)
            else:
                x = x + attention(normed.transpose(0, 1), turns, mask).transpose(0, 1)
            x = x + self.get_submodule(f"mlp_{axis}")(self.get_submodule(f"norm2_{axis}")(x))
        return x


class _DualStream(nn.Module):
    """Two streams of blocks, mixed after each pair (Zhu et al. 2023, MotionBERT)."""

    def __init__(self, sizes: MoroSizes, depth: int) -> None:
        super().__init__()
        self.half, self.window = sizes.width // sizes.heads // 2, sizes.window
        for name, time_first in (("blocks_st", False), ("blocks_ts", True)):
            blocks = (_SpaceTimeBlock(sizes.width, sizes.heads, time_first) for _ in range(depth))
            self.add_module(name, nn.ModuleList(blocks))
        self.ts_attn = nn.ModuleList(nn.Linear(2 * sizes.width, 2) for _ in range(depth))

    def forward(self, x: Tensor) -> Tensor:
        frames = torch.arange(x.shape[0], dtype=torch.float32)
        rates = torch.exp(torch.arange(self.half, dtype=torch.float32) * (-math.log(10000) / self.half))
        angles = frames[:, None] * rates
        turns = angles.cos(), angles.sin()
        far = (frames[:, None] - frames).abs() > self.window
        mask = far.to(x.dtype) * -1e9
        for space, time, fuse in zip(self.blocks_st, self.blocks_ts, self.ts_attn, strict=True):
            a, b = space(x, turns, mask), time(x, turns, mask)
            share = fuse(torch.cat([a, b], dim=-1)).softmax(dim=-1)
            x = a * share[..., :1] + b * share[..., 1:]
        return x


class _ImageLayers(nn.Module):
    def __init__(self, sizes: MoroSizes) -> None:
        super().__init__()
        self.transformer = nn.Module()
        layers = (PostNormLayer(sizes.width, sizes.heads) for _ in range(sizes.image_depth))
        self.transformer.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.transformer.layers:
            x = layer(x)
        return x


class _Part(nn.Module):
    """A part of the masked transformer, its parameters where the checkpoint has them."""

    def __init__(self, sizes: MoroSizes | None = None) -> None:
        super().__init__()
        self.sizes = sizes or MoroSizes()
        self.mask_transformer = nn.Module()
        self.mask_transformer.dst_former = nn.Module()
        self.fill(self.mask_transformer.dst_former, self.sizes)

    @staticmethod
    def fill(former: nn.Module, sizes: MoroSizes) -> None:
        """Add the part's layers."""
        raise NotImplementedError


class MotionEncoder(_Part):
    """Tokens (F, N, 9) and the normalized relative trajectory (F, 9) -> features (F, N, C), (F, C), and the trajectory
    (F, 9) made clean."""

    @staticmethod
    def fill(former: nn.Module, sizes: MoroSizes) -> None:
        former.m_pos_enc = nn.Parameter(torch.zeros(1, 1, sizes.tokens + 1, sizes.width))
        former.m_token_embed = nn.Linear(CODE, sizes.width)
        former.m_traj_embed = nn.Linear(TRAJECTORY, sizes.width)
        former.m_transformer = _DualStream(sizes, sizes.motion_depth)
        former.m_traj_regressor = nn.Linear(sizes.width, TRAJECTORY)

    def forward(self, tokens: Tensor, trajectory: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        own = self.mask_transformer.dst_former
        x = torch.cat([own.m_token_embed(tokens), own.m_traj_embed(trajectory)[:, None]], dim=1)
        x = own.m_transformer(x + own.m_pos_enc[0])
        return x[:, :-1], x[:, -1], own.m_traj_regressor(x[:, -1])


class ImageEncoder(_Part):
    """Features of crops (F, rows * columns, D) and boxes (F, 3) -> features (F, rows * columns, C), and a weak
    trajectory (F, 9): rotation in 6-D, scale and shift."""

    @staticmethod
    def fill(former: nn.Module, sizes: MoroSizes) -> None:
        former.img_bbox_embed = nn.Linear(BOX, sizes.width)
        former.img_embed = nn.Linear(sizes.features, sizes.width)
        former.img_transformer = _ImageLayers(sizes)
        former.img_traj_regressor = nn.Linear(sizes.width, TRAJECTORY)

    def forward(self, features: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
        own, sizes = self.mask_transformer.dst_former, self.sizes
        zero = features[0, 0, :1] * 0  # so that the graph computes the code instead of holding it
        x = own.img_embed(features) + sine_code(sizes.rows, sizes.columns, sizes.width, zero).flatten(0, 1)
        x = own.img_transformer(torch.cat([x, own.img_bbox_embed(boxes)[:, None]], dim=1))
        return x[:, :-1], own.img_traj_regressor(x[:, -1])


class TokenDecoder(_Part):
    """Motion (F, N, C), image (F, M, C) and trajectory features (F, C), and the camera trajectory (F, 9) -> logits
    (F, N, codes), the camera trajectory refined (F, 9), and logits of contacts (F, 4)."""

    @staticmethod
    def fill(former: nn.Module, sizes: MoroSizes) -> None:
        former.d_pos_enc = nn.Parameter(torch.zeros(1, 1, sizes.tokens + 3, sizes.width))
        former.d_traj_embed = nn.Linear(TRAJECTORY, sizes.width)
        former.d_transformer = _DualStream(sizes, sizes.decoder_depth)
        former.d_pose_regressor = nn.Linear(sizes.width, sizes.codes)
        former.d_traj_regressor = nn.Linear(sizes.width, TRAJECTORY)
        former.d_contact_regressor = nn.Linear(sizes.width, CONTACTS)

    def forward(self, motion: Tensor, image: Tensor, path: Tensor, camera: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        own, count = self.mask_transformer.dst_former, self.sizes.tokens
        code = own.d_pos_enc[0, 0]
        last = torch.stack([path, own.d_traj_embed(camera)], dim=1) + code[count + 1 :]
        x = own.d_transformer(torch.cat([motion + code[:count], image + code[count], last], dim=1))
        return own.d_pose_regressor(x[:, :count]), own.d_traj_regressor(x[:, -1]), own.d_contact_regressor(x[:, -2])


def sine_code(rows: int, columns: int, width: int, zero: Tensor) -> Tensor:
    """(rows, columns, width) sines and cosines of y, then of x (Carion et al. 2020, DETR).

    Args:
        zero: (1,) 0.
    """
    half = width // 2
    step = torch.arange(half) + zero
    scale = torch.exp(torch.div(step, 2, rounding_mode="floor") * (-2 * math.log(10000) / half))
    codes = []
    for count, shape in ((rows, (rows, 1, half)), (columns, (1, columns, half))):
        at = (torch.arange(count) + 1).float() * (2 * math.pi / (count + _TINY))
        angle = at[:, None] * scale
        code = torch.stack([angle[:, 0::2].sin(), angle[:, 1::2].cos()], dim=-1).flatten(1)
        codes.append(code.reshape(shape).expand(rows, columns, half))
    return torch.cat(codes, dim=-1)


@dataclass(frozen=True)
class VitSizes:
    """Sizes of the backbone; those of the release when left out."""

    width: int = 1280
    depth: int = 32
    heads: int = 16


class BackboneHalf(nn.Module):
    """One half of the ViT of 4D-Humans, whose whole would be too large for one file.

    The first one takes crops (B, 3, 256, 256), normalized, of which it reads the middle 192 columns, and gives tokens
    (B, 192, C); the second one goes on from there.
    """

    def __init__(self, second: bool, sizes: VitSizes | None = None) -> None:
        super().__init__()
        sizes = sizes or VitSizes()
        self.second = second
        self.backbone = nn.Module()
        own = self.backbone.model = nn.Module()
        if not second:
            own.pos_embed = nn.Parameter(torch.zeros(1, 193, sizes.width))
            own.patch_embed = nn.Module()
            own.patch_embed.proj = nn.Conv2d(3, sizes.width, 16, 16, padding=2)
        middle = sizes.depth // 2
        numbers = range(middle, sizes.depth) if second else range(middle)
        blocks = {str(number): Block(sizes.width, sizes.heads, 1e-6) for number in numbers}
        own.blocks = nn.ModuleDict(blocks)
        if second:
            own.last_norm = nn.LayerNorm(sizes.width, 1e-6)

    def forward(self, x: Tensor) -> Tensor:
        own = self.backbone.model
        if not self.second:
            x = own.patch_embed.proj(x[..., 32:-32]).flatten(2).transpose(1, 2)
            x = x + own.pos_embed[:, 1:] + own.pos_embed[:, :1]
        for block in own.blocks.values():
            x = block(x)
        return own.last_norm(x) if self.second else x


class TokenSmoother(nn.Module):
    """Tokens (F, N, 9), each convolved over time, the same for all -> (F, N, 9)."""

    def __init__(self) -> None:
        super().__init__()
        self.smoother = nn.Module()
        self.smoother.alpha = nn.Parameter(torch.zeros(()))
        kinds = ((CODE, 64, 5), (64, 64, 5), (64, CODE, 1))
        layers: list[nn.Module] = []
        for inside, outside, size in kinds:
            layers += [
                nn.Conv1d(inside, outside, size, padding=size // 2, padding_mode="replicate", bias=False),
                nn.ReLU(),
            ]
        self.smoother.net = nn.Sequential(*layers[:-1])

    def forward(self, tokens: Tensor) -> Tensor:
        x = tokens.permute(1, 2, 0)
        y: Tensor = tokens + self.smoother.alpha * self.smoother.net(x).permute(2, 0, 1)
        return y
