"""RAFT: optical flow by recurrent refinement, cut where work can be kept ("Recurrent All-Pairs Field Transforms").

`RaftEncoder` runs once a frame, `RaftPair` once a pair of frames, `RaftStep` once an iteration, `RaftUpsample` once at
the end. Compared with the usual form, no frame is encoded twice, the context's part of the recurrent gates is not
computed anew in every iteration, and the weights of the upsampling are made from the last hidden state only.
Maps are (1, channels, h, w), an eighth of the image's resolution; `places` = h * w.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from .blocks import image_to_features

FEATURES, HIDDEN, CONTEXT, MOTION = 256, 128, 128, 128
LEVELS, RADIUS = 4, 4
SIDE = 2 * RADIUS + 1  # of the square of correlations read around a position
FACTOR = 8  # of the image's resolution to the maps'
FLOW_SIZE = 128  # rows and columns of the flow that TRACE's heads read
BORDER = SIDE + 1  # zeros around correlations: a window that lies wholly outside reads nothing else

Norm = Callable[[int], nn.Module]


class Raft(nn.Module):
    """Everything the checkpoint holds; the parts that run derive from it."""

    def __init__(self) -> None:
        super().__init__()
        self.fnet = Encoder(FEATURES, nn.InstanceNorm2d)
        self.cnet = Encoder(HIDDEN + CONTEXT, nn.BatchNorm2d)
        self.update_block = UpdateBlock()


class RaftEncoder(Raft):
    """(B, H, W, 3) RGB 0..255 -> features (B, 256, h, w), first hidden state and context (B, 128, h, w) each."""

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = image_to_features(image)
        hidden, context = self.cnet(x).split([HIDDEN, CONTEXT], dim=1)
        return self.fnet(x), torch.tanh(hidden), functional.relu(context)


class RaftPair(Raft):
    """Features of the previous and the current frame, the previous one's context -> what all iterations share.

    Returns:
        four times (places, rows, columns): correlation of every position of the previous frame with all places of the
            current one, at 1, 1/2, 1/4 and 1/8 of the map's resolution, with zeros above, below and right of them.
        four times (1, channels, h, w): the context's part of the recurrent gates, as `SeparableGru.of_context` tells.
    """

    def forward(self, previous: Tensor, current: Tensor, context: Tensor) -> tuple[Tensor, ...]:
        rows = previous[0].flatten(1).transpose(0, 1) * FEATURES**-0.5
        levels = []
        for level in range(LEVELS):
            # A mean of dot products is the dot product with the mean: far less to compute.
            current = functional.avg_pool2d(current, 2) if level else current
            padded = functional.pad(current, (0, BORDER, BORDER, BORDER))
            dots = torch.matmul(rows, padded[0].flatten(1))
            levels.append(dots.reshape(-1, *padded.shape[2:]))
        return *levels, *self.update_block.gru.of_context(context)


class RaftStep(Raft):
    """What `RaftPair` gives, hidden state, flow (1, 2, h, w) in places -> the next hidden state and flow."""

    def forward(self, *values: Tensor) -> tuple[Tensor, Tensor]:
        levels, gates, (hidden, flow) = values[:LEVELS], values[LEVELS:-2], values[-2:]
        block = self.update_block
        motion = block.encoder(flow, look_up(levels, flow))
        hidden = block.gru(hidden, motion, gates)
        return hidden, flow + block.flow_head(hidden)


class RaftUpsample(Raft):
    """The last hidden state and flow -> flow (1, 2, H, W) in pixels, and as TRACE reads it (1, 2, 128, 128)."""

    def forward(self, hidden: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
        fine = upsample(flow, 0.25 * self.update_block.mask(hidden))
        small = functional.interpolate(fine, size=(FLOW_SIZE, FLOW_SIZE), mode="bilinear", align_corners=True)
        return fine, small / FACTOR


def look_up(levels: Sequence[Tensor], flow: Tensor) -> Tensor:
    """(1, 324, h, w): correlations around where the flow leads, 9 x 9 per level, the offset in x varying slowest."""
    rows, columns = flow.shape[2:]
    x = (flow[:, 0] + torch.arange(columns)).reshape(-1, 1, 1)
    y = (flow[:, 1] + torch.arange(rows)[:, None]).reshape(-1, 1, 1)
    found = [_window(maps, x / 2**level, y / 2**level) for level, maps in enumerate(levels)]
    return torch.cat(found, dim=1).transpose(0, 1).reshape(1, -1, rows, columns)


def _window(maps: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Bilinear samples at -4..4 around one place (places, 1, 1) of each map -> (places, 81).

    All of them lie equally far between the map's cells: 10 x 10 cells are read, then mixed along x and along y. Cells
    left of a row are the zeros right of the row before.
    """
    rows, columns = maps.shape[1] - 2 * BORDER, maps.shape[2] - BORDER
    left, top = torch.floor(x), torch.floor(y)
    first_column = (left - RADIUS).clamp(-BORDER, columns).long()
    first_row = (top - RADIUS).clamp(-BORDER, rows).long() + BORDER
    steps = torch.arange(BORDER)
    cells = (first_row + steps) * maps.shape[2] + first_column + steps[:, None]  # (places, x, y)
    read = torch.gather(maps.flatten(1), 1, cells.flatten(1)).reshape(-1, BORDER, BORDER)
    right, down = x - left, y - top
    read = read[:, :-1] * (1 - right) + read[:, 1:] * right
    return (read[:, :, :-1] * (1 - down) + read[:, :, 1:] * down).flatten(1)


def upsample(flow: Tensor, mask: Tensor) -> Tensor:
    """Eight times finer: a fine pixel is a mean of the 3 x 3 places around it, weighted by the softmax of `mask`.

    Args:
        flow: (1, 2, h, w) in places; mask: (1, 9 * 64, h, w).
    """
    rows, columns = flow.shape[2:]
    padded = functional.pad(FACTOR * flow, (1, 1, 1, 1))
    around = torch.stack([padded[:, :, i : i + rows, j : j + columns] for i in range(3) for j in range(3)], dim=2)
    weights = mask.reshape(1, 9, FACTOR * FACTOR, rows, columns).softmax(dim=1)
    fine = (weights[:, None] * around[:, :, :, None]).sum(dim=2)
    fine = fine.reshape(1, 2, FACTOR, FACTOR, rows, columns).permute(0, 1, 4, 2, 5, 3)
    return fine.reshape(1, 2, FACTOR * rows, FACTOR * columns)


class Encoder(nn.Module):
    """(B, 3, H, W) -> (B, channels, h, w)."""

    def __init__(self, channels: int, norm: Norm) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3)
        self.norm1 = norm(64)
        self.layer1 = nn.Sequential(Residual(64, 64, 1, norm), Residual(64, 64, 1, norm))
        self.layer2 = nn.Sequential(Residual(64, 96, 2, norm), Residual(96, 96, 1, norm))
        self.layer3 = nn.Sequential(Residual(96, 128, 2, norm), Residual(128, 128, 1, norm))
        self.conv2 = nn.Conv2d(128, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.norm1(self.conv1(x)))
        return self.conv2(self.layer3(self.layer2(self.layer1(x))))


class Residual(nn.Module):
    """Two convolutions, each followed by a ReLU, around a shortcut."""

    def __init__(self, channels_in: int, channels: int, stride: int, norm: Norm) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm1, self.norm2 = norm(channels), norm(channels)
        self.downsample: nn.Module = nn.Identity()
        if stride > 1:
            self.norm3 = norm(channels)  # the checkpoint holds it under both names
            self.downsample = nn.Sequential(nn.Conv2d(channels_in, channels, 1, stride), self.norm3)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.norm1(self.conv1(x)))
        y = functional.relu(self.norm2(self.conv2(y)))
        return functional.relu(self.downsample(x) + y)


class UpdateBlock(nn.Module):
    """One refinement: what moved, the recurrent cell, how much the flow changes, how it is made finer."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = MotionEncoder()
        self.gru = SeparableGru()
        self.flow_head = FlowHead()
        fine = 9 * FACTOR * FACTOR
        self.mask = nn.Sequential(nn.Conv2d(HIDDEN, 256, 3, padding=1), nn.ReLU(), nn.Conv2d(256, fine, 1))


class MotionEncoder(nn.Module):
    """Flow and the correlations it leads to -> (1, 128, h, w), of which the last two channels are the flow itself."""

    def __init__(self) -> None:
        super().__init__()
        self.convc1 = nn.Conv2d(LEVELS * SIDE**2, 256, 1)
        self.convc2 = nn.Conv2d(256, 192, 3, padding=1)
        self.convf1 = nn.Conv2d(2, 128, 7, padding=3)
        self.convf2 = nn.Conv2d(128, 64, 3, padding=1)
        self.conv = nn.Conv2d(192 + 64, MOTION - 2, 3, padding=1)

    def forward(self, flow: Tensor, correlations: Tensor) -> Tensor:
        seen = functional.relu(self.convc2(functional.relu(self.convc1(correlations))))
        assumed = functional.relu(self.convf2(functional.relu(self.convf1(flow))))
        motion = functional.relu(self.conv(torch.cat([seen, assumed], dim=1)))
        return torch.cat([motion, flow], dim=1)


class SeparableGru(nn.Module):
    """A gated recurrent cell that looks along rows, then along columns.

    A gate's convolution reads [hidden, context, motion]. The context never changes, so its part is computed apart.
    """

    def __init__(self) -> None:
        super().__init__()
        for number, kernel in (("1", (1, 5)), ("2", (5, 1))):
            for gate in "zrq":
                padding = (kernel[0] // 2, kernel[1] // 2)
                layer = nn.Conv2d(HIDDEN + CONTEXT + MOTION, HIDDEN, kernel, padding=padding)
                self.add_module(f"conv{gate}{number}", layer)

    def of_context(self, context: Tensor) -> list[Tensor]:
        """Biases and the context's part: gates z and r (1, 256, h, w) and q (1, 128, h, w) along rows, then columns."""
        parts = []
        for number in "12":
            for gates in ("zr", "q"):
                weight, bias, padding = self._gates(number, gates)
                weight = weight[:, HIDDEN : HIDDEN + CONTEXT]
                parts.append(functional.conv2d(context, weight, bias, padding=padding))
        return parts

    def forward(self, hidden: Tensor, motion: Tensor, of_context: Sequence[Tensor]) -> Tensor:
        for number, (zr_context, q_context) in zip("12", (of_context[:2], of_context[2:]), strict=True):
            zr = torch.sigmoid(self._convolve(number, "zr", hidden, motion) + zr_context)
            z, r = zr.split(HIDDEN, dim=1)
            q = torch.tanh(self._convolve(number, "q", r * hidden, motion) + q_context)
            hidden = (1 - z) * hidden + z * q
        return hidden

    def _convolve(self, number: str, gates: str, hidden: Tensor, motion: Tensor) -> Tensor:
        weight, _, padding = self._gates(number, gates)
        weight = torch.cat([weight[:, :HIDDEN], weight[:, HIDDEN + CONTEXT :]], dim=1)
        return functional.conv2d(torch.cat([hidden, motion], dim=1), weight, padding=padding)

    def _gates(self, number: str, gates: str) -> tuple[Tensor, Tensor, tuple[int, int]]:
        """Weights, biases and padding of several gates as one convolution."""
        layers = [self.get_submodule(f"conv{gate}{number}") for gate in gates]
        weight = torch.cat([layer.weight for layer in layers])
        return weight, torch.cat([layer.bias for layer in layers]), layers[0].padding


class FlowHead(nn.Module):
    """Hidden state -> how the flow changes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(HIDDEN, 256, 3, padding=1)
        self.conv2 = nn.Conv2d(256, 2, 3, padding=1)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.conv2(functional.relu(self.conv1(hidden)))
