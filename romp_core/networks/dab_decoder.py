"""A decoder whose queries carry boxes.

Liu et al. 2022, "DAB-DETR: Dynamic Anchor Boxes are Better Queries for DETR".
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from .transformer import Mlp, attention

HEADS = 4
TEMPERATURE = 20.0


class DabDecoder(nn.Module):
    """Layers of the decoder, and the small networks that turn anchors into queries."""

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(DabLayer(width, first=number == 0) for number in range(layers))
        self.norm = nn.LayerNorm(width)
        self.query_scale = Mlp(width, width, width)
        self.ref_point_head = Mlp(2 * width, width, width)
        self.ref_anchor_head = Mlp(width, width, 2)
        self.register_buffer("wavelengths", wavelengths(width // 2), persistent=False)

    def forward(
        self, queries: Tensor, anchors: Tensor, memory: Tensor, positions: Tensor, boxes: Sequence[nn.Module]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Refine the queries.

        Args:
            queries: (Q, C). anchors: (Q, 4) center x, y, width, height from 0 to 1.
            memory: (M, C) what is there; positions: (M, C) embeddings of where.
            boxes: for each layer, what moves the anchors.

        Returns:
            for each layer, the normalized state (Q, C) after it and the anchors (Q, 4) before it.
        """
        hidden, entering = [], []
        for number, layer in enumerate(self.layers):
            entering.append(anchors)
            center, size = (sine_embedding(anchors[:, at : at + 2], self.wavelengths) for at in (0, 2))
            query_position = self.ref_point_head(torch.cat([center, size], dim=1))
            sine = center if number == 0 else center * self.query_scale(queries)
            # The part of y comes first in the embedding, and that of height second in the anchor.
            ratio = torch.sigmoid(self.ref_anchor_head(queries)) / anchors[:, 2:]
            half = sine.shape[1] // 2
            sine = torch.cat([sine[:, :half] * ratio[:, 1:], sine[:, half:] * ratio[:, :1]], dim=1)
            queries = layer(queries, query_position, sine, memory, positions)
            hidden.append(self.norm(queries))
            anchors = torch.sigmoid(boxes[number](hidden[-1]) + inverse_sigmoid(anchors))
        return hidden, entering


class DabLayer(nn.Module):
    """Attention among the queries, attention to the memory, feed-forward; each of the normalized state.

    Queries and keys of the second kind are content and position side by side, head by head.
    """

    def __init__(self, width: int, first: bool, hidden: int = 2048) -> None:
        super().__init__()
        names = ["sa_qcontent", "sa_qpos", "sa_kcontent", "sa_kpos", "sa_v", "sa_out", "ca_qcontent", "ca_kcontent"]
        names += ["ca_kpos", "ca_v", "ca_qpos_sine", "ca_out", *(["ca_qpos"] if first else [])]
        for name in names:
            self.add_module(f"{name}_proj", nn.Linear(width, width))
        self.linear1, self.linear2 = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.first = first

    def forward(self, x: Tensor, query_position: Tensor, sine: Tensor, memory: Tensor, positions: Tensor) -> Tensor:
        n = self.norm1(x)
        q = self.sa_qcontent_proj(n) + self.sa_qpos_proj(query_position)
        k = self.sa_kcontent_proj(n) + self.sa_kpos_proj(query_position)
        x = x + self.sa_out_proj(attention(q, k, self.sa_v_proj(n), HEADS))

        n = self.norm2(x)
        q, k, where = self.ca_qcontent_proj(n), self.ca_kcontent_proj(memory), self.ca_kpos_proj(positions)
        if self.first:
            q, k = q + self.ca_qpos_proj(query_position), k + where
        q, k = _side_by_side(q, self.ca_qpos_sine_proj(sine)), _side_by_side(k, where)
        x = x + self.ca_out_proj(attention(q, k, self.ca_v_proj(memory), HEADS))

        return x + self.linear2(functional.relu(self.linear1(self.norm3(x))))


def _side_by_side(content: Tensor, position: Tensor) -> Tensor:
    """Both (N, C), head by head -> (N, 2 C)."""
    parts = [each.reshape(each.shape[0], HEADS, -1) for each in (content, position)]
    return torch.cat(parts, dim=2).flatten(1)


def wavelengths(count: int) -> Tensor:
    """(count,) of pairs of a sine and a cosine."""
    pair = torch.arange(count) // 2
    return TEMPERATURE ** (2 * pair / count)


def sine_embedding(points: Tensor, wavelengths: Tensor) -> Tensor:
    """Points (N, 2) of x, y -> (N, 2 W): y first, each as sine, cosine, sine, ..."""
    angles = points.flip(1)[..., None] * (2 * torch.pi) / wavelengths
    return torch.stack([angles[..., 0::2].sin(), angles[..., 1::2].cos()], dim=-1).flatten(1)


def inverse_sigmoid(x: Tensor, eps: float = 1e-5) -> Tensor:
    """Logits, of shares that are kept from 0 and 1."""
    x = x.clamp(0, 1)
    return torch.log(x.clamp(min=eps) / (1 - x).clamp(min=eps))
