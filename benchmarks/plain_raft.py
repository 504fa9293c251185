"""RAFT in its usual form, to measure ours against: both images encoded for every pair, all-pairs correlations pooled
and sampled level by level, the context read anew and the upsampling's weights made in every iteration."""

import torch
from torch import Tensor
from torch.nn import functional

from romp_core.networks.blocks import image_to_features
from romp_core.networks.raft import CONTEXT, HIDDEN, LEVELS, RADIUS, Raft, upsample


class PlainRaft(Raft):
    """Two images (1, H, W, 3) RGB 0..255 -> flow (1, 2, 128, 128) as TRACE reads it, (1, 2, H, W) by iteration.

    All flows are given back, so that an optimizer cannot leave out what the usual form computes.
    """

    iterations = 20

    def forward(self, previous: Tensor, current: Tensor) -> tuple[Tensor, ...]:
        features = self.fnet(image_to_features(torch.cat([previous, current])))
        hidden, context = self.cnet(image_to_features(previous)).split([HIDDEN, CONTEXT], dim=1)
        hidden, context = torch.tanh(hidden), functional.relu(context)
        levels = _pyramid(features[:1], features[1:])
        flow = torch.zeros_like(hidden[:, :2])
        block, fine = self.update_block, []
        for _ in range(self.iterations):
            motion = block.encoder(flow, _sampled(levels, flow))
            hidden = self._recur(hidden, torch.cat([context, motion], dim=1))
            flow = flow + block.flow_head(hidden)
            fine.append(upsample(flow, 0.25 * block.mask(hidden)))
        return functional.interpolate(fine[-1], size=(128, 128), mode="bilinear", align_corners=True) / 8, *fine

    def _recur(self, hidden: Tensor, x: Tensor) -> Tensor:
        gru = self.update_block.gru
        for convz, convr, convq in ((gru.convz1, gru.convr1, gru.convq1), (gru.convz2, gru.convr2, gru.convq2)):
            both = torch.cat([hidden, x], dim=1)
            z, r = torch.sigmoid(convz(both)), torch.sigmoid(convr(both))
            hidden = (1 - z) * hidden + z * torch.tanh(convq(torch.cat([r * hidden, x], dim=1)))
        return hidden


def _pyramid(previous: Tensor, current: Tensor) -> list[Tensor]:
    channels, rows, columns = current.shape[1:]
    dots = torch.matmul(previous.flatten(2).transpose(1, 2), current.flatten(2)) / channels**0.5
    levels = [dots.reshape(-1, 1, rows, columns)]
    for _ in range(LEVELS - 1):
        levels.append(functional.avg_pool2d(levels[-1], 2))
    return levels


def _sampled(levels: list[Tensor], flow: Tensor) -> Tensor:
    rows, columns = flow.shape[2:]
    x = (flow[:, 0] + torch.arange(columns)).reshape(-1, 1, 1)
    y = (flow[:, 1] + torch.arange(rows)[:, None]).reshape(-1, 1, 1)
    around = torch.arange(-RADIUS, RADIUS + 1)
    found = []
    for level, maps in enumerate(levels):
        height, width = maps.shape[2:]
        at_x = (x / 2**level + around[:, None]) * (2 / (width - 1)) - 1
        at_y = (y / 2**level + around) * (2 / (height - 1)) - 1
        grid = torch.stack(torch.broadcast_tensors(at_x, at_y), dim=-1)
        found.append(functional.grid_sample(maps, grid, align_corners=True).flatten(1))
    return torch.cat(found, dim=1).transpose(0, 1).reshape(1, -1, rows, columns)
