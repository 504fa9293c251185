"""RTMO's dynamic coordinate classifier: a pose code becomes a distribution over the columns and rows around a box.

Lu et al. 2023, "RTMO", section 3.2; the gated attention unit is that of Hua et al. 2022, "Transformer Quality in Linear
Time".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_TOKEN, _HIDDEN = 128, 256
_COLUMNS, _ROWS = 192, 256
_REACH = 1.25
"""Bins cover a box this much larger than the person's."""
_PERIOD = 300.0
_LARGEST_LOGIT = 5e4


class CoordinateClassifier(nn.Module):
    """Pose codes to points.

    Args:
        code: length of a pose code. keypoints: how many points a person has.
    """

    def __init__(self, code: int, keypoints: int) -> None:
        super().__init__()
        self.keypoints = keypoints
        self.pos_enc = nn.Parameter(torch.zeros(keypoints, _TOKEN))
        self.register_buffer("y_bins", torch.linspace(-0.5, 0.5, _ROWS))
        self.register_buffer("x_bins", torch.linspace(-0.5, 0.5, _COLUMNS))
        self.spe = _Frequencies()
        self.gau = _GatedAttention()
        self.pose_to_kpts = nn.Sequential(nn.Linear(code, keypoints * _TOKEN), nn.BatchNorm1d(keypoints * _TOKEN))
        self.x_fc, self.y_fc = nn.Linear(_TOKEN, _TOKEN), nn.Linear(_TOKEN, _TOKEN)
        self.sigma_fc = nn.Sequential(nn.Linear(code, keypoints), nn.Sigmoid(), _Scale(0.1))  # used in training only

    def forward(self, poses: Tensor, cells: Tensor, centers: Tensor, sizes: Tensor) -> tuple[Tensor, Tensor]:
        """Points of n people.

        Args:
            poses: (n, code). cells: (n, 2) pixels, the cells that saw them. centers, sizes: (n, 2) of their boxes.

        Returns:
            (n, keypoints, 2) pixels, and the standard deviations (n, keypoints, 2) of their distributions.
        """
        tokens = self.tokens(poses)
        points, spreads = [], []
        for axis, (bins, encode) in enumerate(((self.x_bins, self.x_fc), (self.y_bins, self.y_fc))):
            cell, center, size = (each[:, axis : axis + 1] for each in (cells, centers, sizes))
            positions = bins * (_REACH * size) + (center - cell)  # (n, bins), from the cell
            shares = self.shares(tokens, self.spe(positions), encode)
            point = (shares * positions[:, None]).sum(dim=2)
            away = positions[:, None] - point[:, :, None]
            points.append(point + cell)
            spreads.append((shares * away * away).sum(dim=2).sqrt())
        return torch.stack(points, dim=2), torch.stack(spreads, dim=2)

    def tokens(self, poses: Tensor) -> Tensor:
        """(n, code) -> (n, keypoints, 128), after the points of a person have seen each other."""
        tokens = self.pose_to_kpts(poses).unflatten(1, (self.keypoints, _TOKEN))
        return self.gau(tokens, self.pos_enc)

    @staticmethod
    def shares(tokens: Tensor, bins: Tensor, encode: nn.Linear) -> Tensor:
        """Probability (n, keypoints, bins) of each bin, from cosines and sines (n, bins, 128) of its position.

        The layer is applied to the few points instead of the many bins: t (W s + b) = (t W) s + t b.
        """
        logits = (tokens @ encode.weight) @ bins.transpose(1, 2) + (tokens @ encode.bias)[..., None]
        logits = logits.clamp(-_LARGEST_LOGIT, _LARGEST_LOGIT)
        likely = (logits - logits.amax(dim=2, keepdim=True)).exp()
        return likely / (likely.sum(dim=2, keepdim=True) + 1e-8)


class _Frequencies(nn.Module):
    """Positions (n, bins) as cosines and sines (n, bins, 128)."""

    def __init__(self) -> None:
        super().__init__()
        count = _TOKEN // 2
        self.register_buffer("dim_t", _PERIOD ** (torch.arange(count) / count))

    def forward(self, positions: Tensor) -> Tensor:
        angles = positions[..., None] / self.dim_t
        return torch.cat([angles.cos(), angles.sin()], dim=-1)


class _GatedAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.ones(2, _TOKEN)), nn.Parameter(torch.zeros(2, _TOKEN))
        self.o = nn.Linear(_HIDDEN, _TOKEN, bias=False)
        self.uv = nn.Linear(_TOKEN, 2 * _HIDDEN + _TOKEN, bias=False)
        self.ln = _ScaleNorm()
        self.res_scale = _Scale(torch.ones(_TOKEN))

    def forward(self, tokens: Tensor, positions: Tensor) -> Tensor:
        gate, values, base = functional.silu(self.uv(self.ln(tokens))).split([_HIDDEN, _HIDDEN, _TOKEN], dim=2)
        query, key = (base * self.gamma[each] + self.beta[each] + positions for each in (0, 1))
        attention = functional.relu(query @ key.transpose(1, 2) * _TOKEN**-0.5).square()
        return self.res_scale(tokens) + self.o(gate * (attention @ values))


class _ScaleNorm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.g = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        length = (x * x).sum(dim=-1, keepdim=True).sqrt() * _TOKEN**-0.5
        return x / length.clamp(min=1e-5) * self.g


class _Scale(nn.Module):
    def __init__(self, scale: Tensor | float) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.as_tensor(scale))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale
