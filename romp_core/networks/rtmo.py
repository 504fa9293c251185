"""RTMO: boxes and pose codes of everybody in one pass, and a classifier of coordinates that turns codes into points.

Lu et al. 2023, "RTMO: Towards High-Performance One-Stage Real-Time Multi-Person Pose Estimation", section 3. The
network is cut where people are chosen: `RtmoMaps` runs once an image, `RtmoKeypoints` on those who were found.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .csp_darknet import ConvNorm, CspDarknet
from .hybrid_encoder import WIDTH, HybridEncoder
from .rtmo_coordinates import CoordinateClassifier

KEYPOINTS = 17
_STAGES, _GROUPS, _LEVELS = (1, 2, 4, 8, 16), 8, 2


@dataclass(frozen=True)
class Variant:
    """Sizes of one network, by the width `w` of its blocks.

    Attributes:
        stem: channels of the stem. depths: blocks of the backbone's stages. neck_depth: of the neck's.
        pose: length of a pose code. pose_channels, class_channels: inside of the head.
    """

    stem: int
    depths: tuple[int, int, int, int]
    neck_depth: int
    pose: int
    pose_channels: int

    @property
    def channels(self) -> tuple[int, ...]:
        """Of the stem and the backbone's stages."""
        return tuple(each * self.stem for each in _STAGES)

    @property
    def neck_hidden(self) -> int:
        """Channels inside of the neck's blocks: `WIDTH` times the network's width."""
        return WIDTH * self.stem // 64


VARIANTS = {
    "t": Variant(24, (1, 3, 3, 1), 1, 192, 104),
    "s": Variant(32, (1, 3, 3, 1), 1, 256, 144),
    "m": Variant(48, (2, 6, 6, 2), 2, 384, 216),
    "l": Variant(64, (3, 9, 9, 3), 3, 512, 288),
}


class Rtmo(nn.Module):
    """Everything the checkpoint holds; the parts that run derive from it."""

    def __init__(self, variant: str) -> None:
        super().__init__()
        sizes = VARIANTS[variant]
        self.backbone = CspDarknet(sizes.channels, sizes.depths)
        self.neck = HybridEncoder(sizes.channels[2:], sizes.pose, sizes.neck_hidden, sizes.neck_depth)
        self.head = _Head(sizes)


class RtmoMaps(Rtmo):
    """(B, H, W, 3) RGB 0..255 -> what each of N cells sees: the finer level first, row by row.

    Returns:
        logits (B, N, 1) of a person; boxes (B, N, 4): center relative to the cell in strides, and logarithm of the size
        in strides; logits (B, N, 17) of visibility; pose codes (B, N, P).
    """

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        blue_first = torch.cat([image[..., channel : channel + 1] for channel in (2, 1, 0)], dim=3)
        return self.head.head_module(self.neck(self.backbone(blue_first.permute(0, 3, 1, 2))))


class RtmoKeypoints(Rtmo):
    """Pose codes (n, P), cells, box centers and sizes (n, 2) in pixels of the input -> points and their spread."""

    def forward(self, poses: Tensor, cells: Tensor, centers: Tensor, sizes: Tensor) -> tuple[Tensor, Tensor]:
        return self.head.dcc(poses, cells, centers, sizes)


class _Head(nn.Module):
    def __init__(self, sizes: Variant) -> None:
        super().__init__()
        self.head_module = _LevelHeads(sizes)
        self.dcc = CoordinateClassifier(sizes.pose, KEYPOINTS)


class _LevelHeads(nn.Module):
    """Half of a level's channels say where people are, half how they stand; weights are not shared by the levels."""

    def __init__(self, sizes: Variant) -> None:
        super().__init__()
        half, wide = sizes.pose // 2, sizes.pose_channels

        def posed() -> nn.Sequential:
            grouped = (ConvNorm(wide, wide, 3, groups=_GROUPS) for _ in range(3))
            return nn.Sequential(ConvNorm(half, wide, 3), *grouped)

        def outputs(channels_in: int, channels: int) -> nn.ModuleList:
            return nn.ModuleList(nn.Conv2d(channels_in, channels, 1) for _ in range(_LEVELS))

        both = range(_LEVELS)
        self.conv_cls = nn.ModuleList(nn.Sequential(*(ConvNorm(half, half, 3) for _ in range(2))) for _ in both)
        self.out_cls = outputs(half, 1)
        self.conv_pose = nn.ModuleList(posed() for _ in both)
        self.out_bbox = outputs(wide, 4)
        self.out_kpt_reg = outputs(wide, 2 * KEYPOINTS)  # trained with, and not used after that
        self.out_kpt_vis = outputs(wide, KEYPOINTS)
        self.out_pose = outputs(wide, sizes.pose)

    def forward(self, maps: tuple[Tensor, Tensor]) -> tuple[Tensor, ...]:
        levels = []
        for level, features in enumerate(maps):
            seen, posed = features.chunk(2, dim=1)
            seen, posed = self.conv_cls[level](seen), self.conv_pose[level](posed)
            values = [self.out_cls[level](seen)]
            values += [out[level](posed) for out in (self.out_bbox, self.out_kpt_vis, self.out_pose)]
            levels.append([each.flatten(2).transpose(1, 2) for each in values])
        return tuple(torch.cat(parts, dim=1) for parts in zip(*levels, strict=True))
