"""Residual blocks and the stem for images, shared by all networks."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


def image_to_features(image: Tensor) -> Tensor:
    """(B, H, W, 3) RGB from 0 to 255 -> (B, 3, H, W) from -1 to 1."""
    return image.permute(0, 3, 1, 2) * (2 / 255) - 1


def conv_norm(channels_in: int, channels: int, kernel: int, stride: int = 1, relu: bool = True) -> nn.Sequential:
    """Convolution (keys `0`), BatchNorm (`1`) and, if wanted, ReLU."""
    convolution = nn.Conv2d(channels_in, channels, kernel, stride, kernel // 2, bias=False)
    layers = [convolution, nn.BatchNorm2d(channels)]
    return nn.Sequential(*layers, nn.ReLU()) if relu else nn.Sequential(*layers)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions around a shortcut; `shortcut` matches channels where they differ (key `downsample`)."""

    def __init__(self, channels_in: int, channels: int, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = shortcut or nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(y)) + self.downsample(x))


class Bottleneck(nn.Module):
    """1x1 down to `channels`, 3x3, 1x1 up to four times as many, around a shortcut."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        wide = 4 * channels
        self.conv1 = nn.Conv2d(channels_in, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = nn.Identity() if channels_in == wide else conv_norm(channels_in, wide, 1, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.bn1(self.conv1(x)))
        y = functional.relu(self.bn2(self.conv2(y)))
        return functional.relu(self.bn3(self.conv3(y)) + self.downsample(x))
