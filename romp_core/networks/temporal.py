"""What TRACE's features are made of besides the present image: a recurrent cell and a deformable convolution."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

GROUPS, TAPS = 8, 9


class ConvGru(nn.Module):
    """Two recurrent layers, one frame at a time; a layer sees no later frame, so this equals layer after layer."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cell_list = nn.ModuleList(ConvGruCell(channels) for _ in range(2))

    def forward(self, x: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        following = []
        for cell, state in zip(self.cell_list, states, strict=True):
            x = cell(x, state)
            following.append(x)
        return tuple(following)


class ConvGruCell(nn.Module):
    """A gated recurrent cell with convolutions of [state, input]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convz, self.convr, self.convq = (nn.Conv2d(2 * channels, channels, 3, padding=1) for _ in range(3))

    def forward(self, x: Tensor, state: Tensor) -> Tensor:
        both = torch.cat([state, x], dim=1)
        z, r = torch.sigmoid(self.convz(both)), torch.sigmoid(self.convr(both))
        q = torch.tanh(self.convq(torch.cat([r * state, x], dim=1)))
        return (1 - z) * state + z * q


class DeformConv(nn.Module):
    """A 3x3 convolution that reads every tap from where an offset says, 8 groups of channels with offsets of their own.

    Offsets (B, 144, H, W) are (group, tap, down then right) in cells. Outside are zeros. "Deformable Convolutional
    Networks".
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(channels, channels, 3, 3))
        self.as_operator = False  # export ONNX's DeformConv instead of the sampling it stands for

    def forward(self, x: Tensor, offsets: Tensor) -> Tensor:
        if self.as_operator:
            return _Operator.apply(x, self.weight, offsets)
        return deform_conv(x, self.weight, offsets)


def deform_conv(x: Tensor, weight: Tensor, offsets: Tensor) -> Tensor:
    """The convolution by bilinear samples and a matrix product."""
    batch, channels, rows, columns = x.shape
    offsets = offsets.reshape(batch * GROUPS, TAPS, 2, rows, columns)
    taps = torch.arange(TAPS)
    y = offsets[:, :, 0] + torch.arange(rows)[:, None] + (taps // 3 - 1).reshape(TAPS, 1, 1)
    x_ = offsets[:, :, 1] + torch.arange(columns) + (taps % 3 - 1).reshape(TAPS, 1, 1)
    grid = torch.stack([x_ * (2 / (columns - 1)) - 1, y * (2 / (rows - 1)) - 1], dim=-1)
    sampled = functional.grid_sample(
        x.reshape(batch * GROUPS, channels // GROUPS, rows, columns),
        grid.reshape(batch * GROUPS, TAPS * rows, columns, 2),
        padding_mode="zeros",
        align_corners=True,
    )
    unfolded = sampled.reshape(batch, channels * TAPS, rows * columns)
    return torch.matmul(weight.flatten(1), unfolded).reshape(batch, -1, rows, columns)


class _Operator(torch.autograd.Function):
    """Exports as one node (opset 19)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, offsets: Tensor) -> Tensor:
        return deform_conv(x, weight, offsets)

    @staticmethod
    def symbolic(graph: Any, x: Any, weight: Any, offsets: Any) -> Any:
        node = graph.op(
            "DeformConv", x, weight, offsets, kernel_shape_i=[3, 3], pads_i=[1, 1, 1, 1], offset_group_i=GROUPS
        )
        return node.setType(x.type())
