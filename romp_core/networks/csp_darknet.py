"""CSPDarknet, the backbone of the YOLOX family (Ge et al. 2021, "YOLOX"), as RTMO uses it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_EPSILON = 1e-3


class ConvNorm(nn.Module):
    """Convolution, BatchNorm and, if wanted, SiLU."""

    def __init__(
        self,
        channels_in: int,
        channels: int,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
        epsilon: float = _EPSILON,
        active: bool = True,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(channels, eps=epsilon)
        self.active = active

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn(self.conv(x))
        return functional.silu(x) if self.active else x


class CspDarknet(nn.Module):
    """(B, 3, H, W) -> maps at strides 8, 16 and 32, of the last three of these channels.

    Args:
        channels: of the stem and of four stages. depths: blocks of the stages.
    """

    def __init__(self, channels: tuple[int, ...], depths: tuple[int, ...]) -> None:
        super().__init__()
        self.stem = _Focus(channels[0])
        self.stage1 = _stage(channels[0], channels[1], depths[0])
        self.stage2 = _stage(channels[1], channels[2], depths[1])
        self.stage3 = _stage(channels[2], channels[3], depths[2])
        self.stage4 = _stage(channels[3], channels[4], depths[3], last=True)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        eighth = self.stage2(self.stage1(self.stem(image)))
        sixteenth = self.stage3(eighth)
        return eighth, sixteenth, self.stage4(sixteenth)


class _Focus(nn.Module):
    """The four pixels of every 2 x 2 block as channels, then a convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = ConvNorm(12, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        phases = [x[..., row::2, column::2] for column in (0, 1) for row in (0, 1)]
        return self.conv(torch.cat(phases, dim=1))


def _stage(channels_in: int, channels: int, depth: int, last: bool = False) -> nn.Sequential:
    pooled = [_PyramidPooling(channels)] if last else []
    return nn.Sequential(ConvNorm(channels_in, channels, 3, 2), *pooled, _CspLayer(channels, depth, not last))


class _PyramidPooling(nn.Module):
    """The map and its maxima over squares of three sizes (He et al. 2015)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = ConvNorm(channels, channels // 2)
        self.conv2 = ConvNorm(2 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        pooled = [functional.max_pool2d(x, size, 1, size // 2) for size in (5, 9, 13)]
        return self.conv2(torch.cat([x, *pooled], dim=1))


class _CspLayer(nn.Module):
    """Half of the channels through `depth` blocks, half past them (Wang et al. 2020, "CSPNet")."""

    def __init__(self, channels: int, depth: int, shortcut: bool) -> None:
        super().__init__()
        half = channels // 2
        self.main_conv, self.short_conv = ConvNorm(channels, half), ConvNorm(channels, half)
        self.final_conv = ConvNorm(2 * half, channels)
        self.blocks = nn.Sequential(*(_Block(half, shortcut) for _ in range(depth)))

    def forward(self, x: Tensor) -> Tensor:
        return self.final_conv(torch.cat([self.blocks(self.main_conv(x)), self.short_conv(x)], dim=1))


class _Block(nn.Module):
    def __init__(self, channels: int, shortcut: bool) -> None:
        super().__init__()
        self.conv1, self.conv2 = ConvNorm(channels, channels), ConvNorm(channels, channels, 3)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv2(self.conv1(x))
        return x + y if self.shortcut else y
