"""BEV: centers found in a volume, the front view's map times a bird's-eye view's.

Volumes are (B, ..., depth 64, row 128, column 128). The network is split where people are picked: `BevMaps` before,
`BevPeople` after; both hold all of a checkpoint.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .blocks import BasicBlock, image_to_features
from .hrnet import HRNet

DEPTHS, SIZE = 64, 128
COLUMN = (1 + 3 + 16) * SIZE  # what stands above one place of the bird's-eye view
FEATURES = 128  # per person
POSE_AND_SHAPE = 143  # 22 rotations of 6 numbers, 11 betas


class Bev(nn.Module):
    """Everything the checkpoint holds."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("coordmap_3d", torch.zeros(1, DEPTHS, SIZE, SIZE, 3))
        self.backbone = HRNet()
        self.position_embeddings = nn.Embedding(SIZE, FEATURES)
        self.transformer = nn.Sequential(
            *(nn.Linear(FEATURES, 512), nn.ReLU(), nn.Identity()),  # dropout, while training
            *(nn.Linear(512, 512), nn.ReLU(), nn.Identity()),
            nn.Linear(512, POSE_AND_SHAPE),
        )
        self.det_head = nn.Sequential(_head_block(), nn.Conv2d(128, 4, 1))
        self.param_head = nn.Sequential(_head_block())
        self.bv_pre_layers = nn.Sequential(
            *(nn.Conv2d(32, 16, 1), nn.BatchNorm2d(16), nn.ReLU()),
            *(nn.Conv2d(16, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU()),
            *(nn.Conv2d(16, 16, 1), nn.BatchNorm2d(16), nn.ReLU()),
        )
        self.bv_out_layers = nn.Sequential(RowBlock(COLUMN, 512), RowBlock(512, 512), RowBlock(512, 2 * DEPTHS))
        self.center_map_refiner = nn.Sequential(VolumeBlock(1))
        self.cam_map_refiner = nn.Sequential(VolumeBlock(3))


class BevMaps(Bev):
    """(B, 512, 512, 3) RGB 0..255 -> where people are.

    Returns:
        center_map_3d: (B, depth, row, column).
        cam_maps_3d: (B, 3, depth, row, column), the camera (scale, y, x) of a person found there.
        param_features: (B, 128, row, column), what `BevPeople` reads a person from.
        maps_fv: (B, 4, row, column), the front view: centers, then offsets of the camera.
        bv_out: (B, 128, column), the bird's-eye view: centers per depth 64, offsets per depth 64.
    """

    def __init__(self) -> None:
        super().__init__()
        on_x = torch.tensor([0.0, 0.0, 1.0]).reshape(1, 3, 1, 1, 1)
        self.register_buffer("on_x", on_x, persistent=False)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        features = self.backbone(image_to_features(image))
        front = self.det_head(features)
        columns = torch.cat([front, self.bv_pre_layers(features)], dim=1).reshape(-1, COLUMN, SIZE)
        above = self.bv_out_layers(columns)
        center_above, offset_above = above.split(DEPTHS, dim=1)

        center = front[:, :1, None] * center_above[:, None, :, None]
        center_map_3d = self.center_map_refiner(center).squeeze(1)

        # The bird's-eye offset corrects x, as in training, though its name speaks of depth.
        offset = front[:, 1:, None] + offset_above[:, None, :, None] * self.on_x
        cam_maps_3d = self.cam_map_refiner(self.coordmap_3d.permute(0, 4, 1, 2, 3) + offset)
        return center_map_3d, cam_maps_3d, self.param_head(features), front, above


class BevPeople(Bev):
    """(N, 128) features of people, their depth's position embedding added -> (N, 143) pose and shape."""

    def forward(self, features: Tensor) -> Tensor:
        return self.transformer(features)


def _head_block() -> nn.Sequential:
    return nn.Sequential(BasicBlock(32, 128, shortcut=nn.Conv2d(32, 128, 1)))


class RowBlock(nn.Module):
    """Two convolutions along a row, without a shortcut."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(channels_in, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm1d(channels)
        self.conv2 = nn.Conv1d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm1d(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(x)))


class VolumeBlock(nn.Module):
    """Two convolutions of a volume around a shortcut; nothing is clipped at the end."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm3d(channels)
        self.conv2 = nn.Conv3d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm3d(channels)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.bn1(self.conv1(x)))
        return self.bn2(self.conv2(y)) + x
