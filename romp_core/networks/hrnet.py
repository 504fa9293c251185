"""HRNet-32: four resolutions side by side that keep exchanging what they see. Backbone of ROMP and BEV."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor, nn
from torch.nn import functional

from .blocks import BasicBlock, Bottleneck, conv_norm

CHANNELS = (32, 64, 128, 256)


class HighResolutionModule(nn.Module):
    """Four blocks per branch, then every output branch sums all branches brought to its resolution."""

    def __init__(self, channels: Sequence[int], outputs: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(*(BasicBlock(c, c) for _ in range(4))) for c in channels)
        self.fuse_layers = nn.ModuleList(
            nn.ModuleList(_path(channels, source, target) for source in range(len(channels)))
            for target in range(outputs)
        )

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        features = [branch(x) for branch, x in zip(self.branches, features, strict=True)]
        return [
            functional.relu(reduce(torch.add, (path(x) for path, x in zip(paths, features, strict=True))))
            for paths in self.fuse_layers
        ]


def _path(channels: Sequence[int], source: int, target: int) -> nn.Module:
    """From one branch's resolution and channels to another's."""
    if source == target:
        return nn.Identity()
    c_in, c_out = channels[source], channels[target]
    if source > target:
        up = nn.Upsample(scale_factor=2 ** (source - target), mode="nearest")
        return nn.Sequential(*conv_norm(c_in, c_out, 1, relu=False), up)
    steps = [conv_norm(c_in, c_in, 3, stride=2) for _ in range(target - source - 1)]
    return nn.Sequential(*steps, conv_norm(c_in, c_out, 3, stride=2, relu=False))


class HRNet(nn.Module):
    """(B, 3, H, W) -> (B, 32, H/4, W/4)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.conv2 = nn.Conv2d(64, 64, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(Bottleneck(64, 64), *(Bottleneck(256, 64) for _ in range(3)))
        self.transition1 = nn.ModuleList([conv_norm(256, CHANNELS[0], 3), _halved(256, CHANNELS[1])])
        self.stage2 = _stage(modules=1, branches=2)
        self.transition2 = _new_branch(2)
        self.stage3 = _stage(modules=4, branches=3)
        self.transition3 = _new_branch(3)
        self.stage4 = _stage(modules=3, branches=4, last_outputs=1)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.bn1(self.conv1(x)))
        x = functional.relu(self.bn2(self.conv2(x)))
        x = self.layer1(x)
        features = self.stage2([transition(x) for transition in self.transition1])
        features = self.stage3([*features, self.transition2[-1](features[-1])])
        (finest,) = self.stage4([*features, self.transition3[-1](features[-1])])
        return finest


def _halved(channels_in: int, channels: int) -> nn.Sequential:
    return nn.Sequential(conv_norm(channels_in, channels, 3, stride=2))


def _new_branch(index: int) -> nn.ModuleList:
    """The coarsest branch so far, halved once more; the others pass."""
    return nn.ModuleList([*(nn.Identity() for _ in range(index)), _halved(CHANNELS[index - 1], CHANNELS[index])])


def _stage(modules: int, branches: int, last_outputs: int | None = None) -> nn.Sequential:
    outputs = [branches] * (modules - 1) + [last_outputs or branches]
    return nn.Sequential(*(HighResolutionModule(CHANNELS[:branches], count) for count in outputs))
