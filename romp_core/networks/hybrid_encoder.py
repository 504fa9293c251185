"""The hybrid encoder of RT-DETR (Zhao et al. 2023), as RTMO uses it: attention on the coarsest map, then two paths
between the maps, up and down.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from .csp_darknet import ConvNorm

WIDTH = 256
_HEADS, _HIDDEN, _EPSILON = 8, 1024, 1e-5
_Conv = partial(ConvNorm, epsilon=_EPSILON)


class HybridEncoder(nn.Module):
    """Maps at strides 8, 16 and 32 -> maps at strides 16 and 32.

    Args:
        channels: of the three maps. channels_out: of both results. hidden: inside the blocks of the paths.
        depth: of these blocks.
    """

    def __init__(self, channels: tuple[int, ...], channels_out: int, hidden: int, depth: int) -> None:
        super().__init__()
        self.input_proj = nn.ModuleList(_Conv(each, WIDTH, active=False) for each in channels)
        self.encoder = nn.ModuleList([_Encoder()])
        self.sincos_pos_enc = _PositionCode()
        self.lateral_convs = nn.ModuleList(_Conv(WIDTH, WIDTH) for _ in range(2))
        self.fpn_blocks = nn.ModuleList(_CspRep(hidden, depth) for _ in range(2))
        self.downsample_convs = nn.ModuleList(_Conv(WIDTH, WIDTH, 3, 2) for _ in range(2))
        self.pan_blocks = nn.ModuleList(_CspRep(hidden, depth) for _ in range(2))
        self.projector = _Projector(channels_out)

    def forward(self, maps: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        *finer, coarse = (project(each) for project, each in zip(self.input_proj, maps, strict=True))
        tokens = coarse.flatten(2).transpose(1, 2)
        rows, columns = coarse.shape[2:]
        tokens = self.encoder[0](tokens, self.sincos_pos_enc(rows, columns))
        high = tokens.transpose(1, 2).reshape(coarse.shape)
        kept = []
        for lateral, block, lower in zip(self.lateral_convs, self.fpn_blocks, reversed(finer), strict=True):
            high = lateral(high)
            kept.append(high)
            up = functional.interpolate(high, scale_factor=2.0, mode="nearest")
            high = block(torch.cat([up, lower], dim=1))
        outputs = []
        for down, block, stored in zip(self.downsample_convs, self.pan_blocks, reversed(kept), strict=True):
            high = block(torch.cat([down(high), stored], dim=1))
            outputs.append(high)
        return self.projector(outputs)


class _PositionCode(nn.Module):
    """The row and the column of every cell in sines and cosines."""

    def __init__(self) -> None:
        super().__init__()
        count = WIDTH // 4
        self.register_buffer("dim_t", 10000 ** (torch.arange(count) / count))

    def forward(self, rows: int, columns: int) -> Tensor:
        codes = []
        for count in (rows, columns):
            angles = torch.arange(count).float()[:, None] / self.dim_t
            codes.append(torch.cat([angles.cos(), angles.sin()], dim=1))
        row = codes[0][:, None].expand(-1, columns, -1)
        column = codes[1][None].expand(rows, -1, -1)
        return torch.cat([row, column], dim=2).reshape(1, -1, WIDTH)


class _Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([_EncoderLayer()])

    def forward(self, tokens: Tensor, position: Tensor) -> Tensor:
        return self.layers[0](tokens, position)


class _EncoderLayer(nn.Module):
    """A transformer layer that normalizes after each part; positions are added to queries and keys only."""

    def __init__(self) -> None:
        super().__init__()
        self.self_attn = _Attention()
        self.ffn = _FeedForward()
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(2))

    def forward(self, tokens: Tensor, position: Tensor) -> Tensor:
        tokens = self.norms[0](tokens + self.self_attn(tokens + position, tokens))
        return self.norms[1](tokens + self.ffn(tokens))


class _Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(WIDTH, _HEADS, batch_first=True)  # for the names of its weights

    def forward(self, located: Tensor, values: Tensor) -> Tensor:
        weights, bias = self.attn.in_proj_weight, self.attn.in_proj_bias
        query, key = functional.linear(located, weights[: 2 * WIDTH], bias[: 2 * WIDTH]).chunk(2, dim=2)
        value = functional.linear(values, weights[2 * WIDTH :], bias[2 * WIDTH :])
        # The batch is not named, so that the graph holds no arithmetic on its size.
        heads = [each.unflatten(2, (_HEADS, WIDTH // _HEADS)).transpose(1, 2) for each in (query, key, value)]
        dots = heads[0] @ heads[1].transpose(2, 3) * (WIDTH // _HEADS) ** -0.5
        mixed = dots.softmax(dim=-1) @ heads[2]
        return self.attn.out_proj(mixed.transpose(1, 2).flatten(2))


class _FeedForward(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Sequential(nn.Linear(WIDTH, _HIDDEN), nn.GELU()), nn.Linear(_HIDDEN, WIDTH))

    def forward(self, tokens: Tensor) -> Tensor:
        return self.layers(tokens)


class _CspRep(nn.Module):
    """Two maps, joined, through RepVGG blocks and past them; the sum of both has `WIDTH` channels again."""

    def __init__(self, hidden: int, depth: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = _Conv(2 * WIDTH, hidden), _Conv(2 * WIDTH, hidden)
        self.bottlenecks = nn.Sequential(*(_RepBlock(hidden) for _ in range(depth)))
        self.conv3 = nn.Identity() if hidden == WIDTH else _Conv(hidden, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv3(self.bottlenecks(self.conv1(x)) + self.conv2(x))


class _RepBlock(nn.Module):
    """Two convolutions side by side, as they are trained (Ding et al. 2021, "RepVGG")."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branch_3x3, self.branch_1x1 = (_Conv(channels, channels, kernel, active=False) for kernel in (3, 1))

    def forward(self, x: Tensor) -> Tensor:
        return functional.silu(self.branch_3x3(x) + self.branch_1x1(x))


class _Projector(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(_Conv(WIDTH, channels, active=False) for _ in range(2))

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, Tensor]:
        first, second = (conv(each) for conv, each in zip(self.convs, maps, strict=True))
        return first, second
