"""ROMP: a map of body centers and, at every position of it, the person that would stand there."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .blocks import BasicBlock, image_to_features
from .hrnet import HRNet

SIZE = 128  # rows and columns of the backbone's map
POSE_AND_SHAPE, CENTER, CAMERA = 142, 1, 3


class Romp(nn.Module):
    """(B, 512, 512, 3) RGB 0..255 -> center maps (B, 1, 64, 64), parameter maps (B, 145, 64, 64).

    Parameters are camera 3 (log scale base 1.1, x, y), 22 rotations of 6 numbers, 10 betas.
    """

    def __init__(self) -> None:
        super().__init__()
        self.backbone = HRNet()
        # Index 0 was a heat-map head, used only while pre-training.
        heads = [nn.Identity(), *(_head(channels) for channels in (POSE_AND_SHAPE, CENTER, CAMERA))]
        self.final_layers = nn.ModuleList(heads)
        line = torch.linspace(-1, 1, SIZE)
        self.register_buffer("x", line.reshape(1, 1, 1, SIZE), persistent=False)
        self.register_buffer("y", line.reshape(1, 1, SIZE, 1), persistent=False)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        features = self.backbone(image_to_features(image))
        # A plane of the batch's size made without shape arithmetic, which some accelerators cannot run.
        zero = features[:, :1] * 0
        features = torch.cat([features, zero + self.x, zero + self.y], dim=1)
        pose_and_shape, center, camera = (head(features) for head in self.final_layers[1:])
        return center, torch.cat([camera, pose_and_shape], dim=1)


def _head(channels: int) -> nn.Sequential:
    halved = nn.Sequential(nn.Conv2d(34, 64, 3, stride=2, padding=1), nn.BatchNorm2d(64), nn.ReLU())
    blocks = nn.Sequential(*(nn.Sequential(BasicBlock(64, 64)) for _ in range(2)))
    return nn.Sequential(halved, blocks, nn.Conv2d(64, channels, 1))
