"""BatchNorm by the statistics of what is being normalized, as TRACE's head was published (`spec/trace.md` 2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class ClipNorm(nn.Module):
    """Mean and variance over frames and places of each channel; running statistics are neither read nor kept.

    Written out, since some accelerators have no BatchNorm that computes its own statistics.
    """

    def __init__(self, norm: _BatchNorm) -> None:
        super().__init__()
        self.weight, self.bias, self.eps = norm.weight, norm.bias, norm.eps

    def forward(self, x: Tensor) -> Tensor:
        axes = [0, *range(2, x.ndim)]
        column = (1, -1, *[1] * (x.ndim - 2))
        centered = x - x.mean(axes, keepdim=True)
        variance = (centered * centered).mean(axes, keepdim=True)
        scale = self.weight.reshape(column) * torch.rsqrt(variance + self.eps)
        return centered * scale + self.bias.reshape(column)


def normalize_by_clip(network: nn.Module) -> nn.Module:
    """The same network with every BatchNorm replaced by `ClipNorm`."""
    for name, child in network.named_children():
        if isinstance(child, _BatchNorm):
            network.register_module(name, ClipNorm(child))
        else:
            normalize_by_clip(child)
    return network
