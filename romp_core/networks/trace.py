"""TRACE: features that remember earlier frames, maps of where people are and how they move, people read from them.

Maps are (T, channels, 128, 128) for the T frames of a clip, volumes (T, channels, depth 64, row 128, column 128).
"TRACE: 5D Temporal Regression of Avatars with Dynamic Cameras in 3D Environments".
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from .bev import DEPTHS, FEATURES, SIZE, RowBlock, VolumeBlock
from .blocks import BasicBlock, image_to_features
from .hrnet import HRNet
from .temporal import GROUPS, TAPS, ConvGru, DeformConv

CHANNELS, WIDE, ABOVE = 32, 128, 16
CENTER, CAMERA, EXTRA, MOTION, ROTATION = 1, 3, 3, 3, 6
FRONT = CENTER + CAMERA + EXTRA
ROOT, POSE, SHAPE = 6, 21 * 6, 21


class TraceBackbone(nn.Module):
    """(B, H, W, 3) RGB 0..255 -> features (B, 32, H/4, W/4)."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = HRNet()

    def forward(self, image: Tensor) -> Tensor:
        return self.backbone(image_to_features(image))


class Trace(nn.Module):
    """Everything the head's checkpoint holds; the parts that run derive from it."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("coordmap_3d", torch.zeros(1, DEPTHS, SIZE, SIZE, 3))
        self.position_embeddings = nn.Embedding(SIZE, FEATURES)  # not used
        with_flow = 2 + CHANNELS

        self.temp_model = ConvGru(CHANNELS)
        self.offset_feature_convert = nn.Sequential(*(BasicBlock(CHANNELS, CHANNELS) for _ in range(3)))
        self.feature_offset_predictor = nn.Conv2d(CHANNELS, 2 * GROUPS * TAPS, 3, padding=1, bias=False)
        self.deform_warper = DeformConv(CHANNELS)

        self.det_head = nn.Sequential(*_blocks(CHANNELS, 1), nn.Conv2d(WIDE, FRONT, 1))
        self.motion_head = nn.Sequential(*_blocks(with_flow, 2), nn.Conv2d(WIDE, MOTION, 1))
        self.param_head = nn.Sequential(*_blocks(with_flow, 2))
        self.cam_motion_head = nn.Sequential(*_blocks(with_flow, 6), nn.Conv2d(WIDE, MOTION, 1))
        self.cam_rot_head = nn.Sequential(_projected(WIDE), nn.Conv2d(WIDE, ROTATION, 1))

        self.bv_pre_layers = _before_columns(CHANNELS)
        self.bv_out_layers = _columns(FRONT + ABOVE, 3 * DEPTHS)
        self.bv_motion_pre_layers = _before_columns(with_flow)
        self.bv_motion_out_layers = _columns(MOTION + ABOVE, DEPTHS)
        self.center_map_refiner2 = nn.Sequential(VolumeBlock(CENTER))
        self.cam_map_refiner = nn.Sequential(VolumeBlock(CAMERA))
        self.motion_map_refiner = nn.Sequential(VolumeBlock(MOTION))

        self.temp_smplpose_regressor = Regressor(FEATURES, POSE)
        self.temp_globalrot_regressor = Regressor(FEATURES, ROOT, ROOT)  # in the world (not used), in the camera
        self.temp_trans_regressor = Regressor(CAMERA + FEATURES, CAMERA)
        self.temp_smplshape_regressor = Regressor(FEATURES, SHAPE)


class TraceGru(Trace):
    """One frame's features and the states of both layers (1, 32, 128, 128) -> the states after it.

    The second state is what the recurrent branch says about the frame.
    """

    def forward(self, features: Tensor, state0: Tensor, state1: Tensor) -> tuple[Tensor, ...]:
        return self.temp_model(features, state0, state1)


class TraceWarp(Trace):
    """A clip's features, those of the frames before, the recurrent branch's -> features G of the heads."""

    def forward(self, current: Tensor, previous: Tensor, recurrent: Tensor) -> Tensor:
        return recurrent + self.deform_warper(current, self.offsets(current, previous)) + current

    def offsets(self, current: Tensor, previous: Tensor) -> Tensor:
        """(T, 144, 128, 128): where the deformable convolution reads."""
        return self.feature_offset_predictor(self.offset_feature_convert(current - previous))


class TraceMaps(Trace):
    """Flow (T, 2, 128, 128) and features G -> where people are, what they look like, how they move.

    Cameras and motions are ordered scale, y, x. The motion of a clip's first frame is not set to zero here.

    Returns:
        center_fv (T, 1, ...), center_3d (T, depth, ...): confidence that a person is there.
        cam_3d (T, 3, depth, ...): camera of a person found there.
        mesh (T, 128, ...): what the regressors read.
        motion_fv (T, 3, ...), motion_3d (T, 3, depth, ...): from the frame before to this one.
        cam_motion (T, 3, ...), cam_rot (T, 6, ...): step in the world, and what to add to the root's rotation.
    """

    def forward(self, flow: Tensor, features: Tensor) -> tuple[Tensor, ...]:
        moving = torch.cat([flow, features], dim=1)
        front = self.det_head(features)
        center, camera, _ = front.split([CENTER, CAMERA, EXTRA], dim=1)
        above = torch.cat([front, self.bv_pre_layers(features)], dim=1).flatten(1, 2)
        center_above, scale_above, _ = self.bv_out_layers(above).split(DEPTHS, dim=1)
        center_3d = self.center_map_refiner2(_spread(center) * _along_rows(center_above))
        cam_3d = self.cam_map_refiner(self._cameras(camera, _along_rows(scale_above)))

        motion = self.motion_head(moving)
        above = torch.cat([motion, self.bv_motion_pre_layers(moving)], dim=1).flatten(1, 2)
        motion_3d = self.motion_map_refiner(_spread(motion) + _along_rows(self.bv_motion_out_layers(above)))

        steps = self.cam_motion_head[:-2](moving)
        cam_motion = self.cam_motion_head[-2:](steps)
        cam_rot = self.cam_rot_head(steps)
        mesh = self.param_head(moving)
        return center, center_3d.squeeze(1), cam_3d, mesh, motion, motion_3d, cam_motion, cam_rot

    @staticmethod
    def _cameras(camera: Tensor, scale_above: Tensor) -> Tensor:
        """Volumes of cameras: the scale corrected by the view from above; y and x relative to the position."""
        scale, y, x = camera.split(1, dim=1)
        scale = _spread(scale) + scale_above
        at = torch.arange(SIZE) * (2 / SIZE) - 1
        flat = torch.cat([y + at[:, None], x + at], dim=1)
        return torch.cat([scale, _spread(flat) + torch.zeros(DEPTHS, 1, 1)], dim=1)


class TraceRegressors(Trace):
    """Features (N, 128) and cameras (N, 3) read at people's places -> 159 parameters (N, 159), cameras (N, 3).

    Parameters: root in the world 6 (not used), root in the camera 6, 21 joints x 6, shape 21.
    """

    def forward(self, features: Tensor, cameras: Tensor) -> tuple[Tensor, Tensor]:
        roots = self.temp_globalrot_regressor(features)
        body = self.temp_smplpose_regressor(features), self.temp_smplshape_regressor(features)
        camera = self.temp_trans_regressor(torch.cat([cameras, features], dim=1))
        return torch.cat([roots, *body], dim=1), camera


class Regressor(nn.Module):
    """Two hidden layers, then one layer per output; outputs side by side."""

    def __init__(self, features: int, *outputs: int) -> None:
        super().__init__()
        self.regressor = nn.Sequential(nn.Linear(features, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU())
        self.out_layers = nn.ModuleList(nn.Linear(256, size) for size in outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.regressor(x)
        return torch.cat([layer(x) for layer in self.out_layers], dim=1)


def _projected(channels_in: int) -> BasicBlock:
    return BasicBlock(channels_in, WIDE, shortcut=nn.Conv2d(channels_in, WIDE, 1))


def _blocks(channels_in: int, count: int) -> list[nn.Module]:
    return [nn.Sequential(_projected(channels)) for channels in [channels_in, *[WIDE] * (count - 1)]]


def _before_columns(channels_in: int) -> nn.Sequential:
    """What joins the front view's channels before they are read from above."""
    sizes = ((channels_in, 1), (ABOVE, 3), (ABOVE, 1))
    layers = (
        (nn.Conv2d(channels, ABOVE, kernel, padding=kernel // 2), nn.BatchNorm2d(ABOVE), nn.ReLU())
        for channels, kernel in sizes
    )
    return nn.Sequential(*(layer for step in layers for layer in step))


def _columns(channels: int, outputs: int) -> nn.Sequential:
    """From above: all rows and channels of a column are one place's features."""
    sizes = (channels * SIZE, 512, 512, outputs)
    return nn.Sequential(*(RowBlock(before, after) for before, after in pairwise(sizes)))


def _spread(front: Tensor) -> Tensor:
    """A front view (T, C, rows, columns) at every depth."""
    return front[:, :, None]


def _along_rows(above: Tensor) -> Tensor:
    """A view from above (T, depths, columns) at every row: (T, 1, depths, 1, columns)."""
    return above[:, None, :, None]
