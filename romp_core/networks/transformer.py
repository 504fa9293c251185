"""Parts of transformers that networks share: attention, feed-forward layers, and the blocks of a vision transformer.

Tokens are (M, C); where a network takes equally many of each image, axes before them are batches.
Vaswani et al. 2017, "Attention Is All You Need"; Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words";
Touvron et al. 2021, "Going deeper with Image Transformers" (the learned scale of each branch).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


def attention(q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
    """Scaled dot-product attention, written out.

    Args:
        q: (Q, heads * A) queries. k: (M, heads * A) keys. v: (M, heads * B) values, head by head.

    Returns:
        (Q, heads * B).
    """
    q, k, v = (each.reshape(each.shape[0], heads, -1).transpose(0, 1) for each in (q, k, v))
    shares = torch.softmax(q * q.shape[-1] ** -0.5 @ k.transpose(1, 2), dim=-1)
    return (shares @ v).transpose(0, 1).flatten(1)


class FusedAttention(torch.autograd.Function):
    """The same as one operator of onnxruntime, which never holds all scores at once."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
        return attention(q, k, v, heads)

    @staticmethod
    def symbolic(graph: Any, q: Any, k: Any, v: Any, heads: int) -> Any:
        first = graph.op("Constant", value_t=torch.tensor([0]))
        batch = [graph.op("Unsqueeze", each, first) for each in (q, k, v)]
        mixed = graph.op("com.microsoft::MultiHeadAttention", *batch, num_heads_i=heads)
        return graph.op("Squeeze", mixed, first).setType(q.type())


class Mlp(nn.Module):
    """Linear layers of these widths (keys `layers`) with ReLU between them."""

    def __init__(self, *widths: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(widths))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers[:-1]:
            x = functional.relu(layer(x))
        return self.layers[-1](x)


class FeedForward(nn.Module):
    """Two linear layers with an exact GELU between."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.fc2(functional.gelu(self.fc1(x)))
        return y


class Attention(nn.Module):
    """Self-attention over the second to last axis of (..., N, C), q, k and v from one layer."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor] | None = None, mask: Tensor | None = None) -> Tensor:
        """Attend.

        Args:
            turns: cosines and sines (N, C / heads / 2) by which queries and keys are turned, see `rotary`.
            mask: (N, N), added to the logits.
        """
        q, k, v = (split_heads(each, self.heads) for each in self.qkv(x).chunk(3, dim=-1))
        if turns is not None:
            q, k = rotary(q, *turns), rotary(k, *turns)
        y: Tensor = self.proj(attend(q, k, v, mask))
        return y


def split_heads(x: Tensor, heads: int) -> Tensor:
    """(..., N, C) -> (..., heads, N, C / heads)."""
    return x.unflatten(-1, (heads, x.shape[-1] // heads)).transpose(-2, -3)


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention of (..., heads, N, D), joined to (..., N, heads * D)."""
    logits = torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(-1, -2))
    if mask is not None:
        logits = logits + mask
    return torch.matmul(logits.softmax(dim=-1), v).transpose(-2, -3).flatten(-2)


def rotary(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Neighboring pairs of channels turned by angles (Su et al. 2021, RoFormer, section 3.2)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cosine - odd * sine, odd * cosine + even * sine], dim=-1).flatten(-2)


class Block(nn.Module):
    """A pre-norm block: attention, then an MLP of four times the width."""

    def __init__(self, width: int, heads: int, eps: float) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps), nn.LayerNorm(width, eps)
        self.attn, self.mlp = Attention(width, heads), FeedForward(width, 4 * width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        y: Tensor = x + self.mlp(self.norm2(x))
        return y


class PostNormLayer(nn.Module):
    """PyTorch's encoder layer, the norms after the sums, with its names."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.self_attn = nn.Module()
        self.self_attn.in_proj_weight = nn.Parameter(torch.zeros(3 * width, width))
        self.self_attn.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.self_attn.out_proj = nn.Linear(width, width)
        self.linear1, self.linear2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        projected = functional.linear(x, self.self_attn.in_proj_weight, self.self_attn.in_proj_bias)
        q, k, v = (split_heads(each, self.heads) for each in projected.chunk(3, dim=-1))
        x = self.norm1(x + self.self_attn.out_proj(attend(q, k, v)))
        y: Tensor = self.norm2(x + self.linear2(functional.gelu(self.linear1(x))))
        return y


class VitBlock(nn.Module):
    """A block of a vision transformer: x += g1 attention(norm(x)), x += g2 mlp(norm(x)), with exact GELU."""

    def __init__(self, width: int, heads: int, ratio: int = 4, eps: float = 1e-6) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps), nn.LayerNorm(width, eps)
        self.attn = VitAttention(width, heads)
        self.mlp = FeedForward(width, ratio * width)
        self.ls1, self.ls2 = LayerScale(width), LayerScale(width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.ls1(self.attn(self.norm1(x)))
        return x + self.ls2(self.mlp(self.norm2(x)))


class VitAttention(nn.Module):
    """Self-attention with one matrix for queries, keys and values (key `qkv`)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(FusedAttention.apply(*self.qkv(x).chunk(3, dim=-1), self.heads))


class LayerScale(nn.Module):
    """A learned factor for each channel (key `gamma`)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma
