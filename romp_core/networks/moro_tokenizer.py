"""MoRo's mesh tokenizer: a graph autoencoder on the vertices of a body, whose middle are tokens of a codebook.

Zhou et al. 2020, "Fully Convolutional Mesh Autoencoder using Efficient Spatially Varying Kernels". Who is next to whom
is an input: the files are the user's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

BASES = 9
POOLED = (1, 3, 5, 8, 10, 12)
"""Layers that pool; the others convolve."""
CHANNELS = (3, 32, 32, 64, 64, 128, 128, 9, 128, 128, 64, 64, 32, 32, 3)
"""Of the mesh, and after each layer."""
ENCODER, LAYERS = 7, 14


@dataclass(frozen=True)
class MeshSizes:
    """Vertices after each of the 14 layers, and the most neighbors of one."""

    vertices: Sequence[int] = (9383, 2618, 2618, 546, 546, 87, 87, 87, 546, 546, 2618, 2618, 9383, 9383)
    slots: Sequence[int] = (31, 41, 24, 59, 28, 84, 34, 34, 17, 28, 15, 24, 17, 31)
    codes: int = 512


class _Autoencoder(nn.Module):
    """The parameters of some of the layers."""

    def __init__(self, sizes: MeshSizes, layers: range) -> None:
        super().__init__()
        self.layers = layers
        for layer in layers:
            shape = sizes.vertices[layer], sizes.slots[layer]
            if layer in POOLED:
                self.register_parameter(f"p_neighbors{layer}", nn.Parameter(torch.zeros(shape)))
                continue
            inside, outside = CHANNELS[layer], CHANNELS[layer + 1]
            self.register_parameter(f"weights{layer}", nn.Parameter(torch.zeros(BASES, outside * inside)))
            self.register_parameter(f"bias{layer}", nn.Parameter(torch.zeros(outside)))
            self.register_parameter(f"w_weights{layer}", nn.Parameter(torch.zeros(*shape, BASES)))

    def forward(self, x: Tensor, *neighbors: Tensor) -> Tensor:
        for layer, near in zip(self.layers, neighbors, strict=True):
            x = self._layer(layer, x, near)
        return x

    def _layer(self, layer: int, x: Tensor, near: Tensor) -> Tensor:
        """(B, V, C) -> (B, V', C'); near: (V', slots) vertices, as floats, V where there is none."""
        near = near.long()
        real = (near < x.shape[1]).to(x.dtype)
        around = functional.pad(x, (0, 0, 0, 1))[:, near]  # (B, V', slots, C)
        if layer in POOLED:
            share = getattr(self, f"p_neighbors{layer}").abs() * real
            share = share / (share.sum(dim=1, keepdim=True) + 1e-8)
            return torch.matmul(share[:, None], around)[:, :, 0]
        kernel = getattr(self, f"w_weights{layer}") * real[..., None]
        mixed = torch.matmul(kernel.transpose(1, 2), around).flatten(2)  # (B, V', bases * C)
        weights = getattr(self, f"weights{layer}").unflatten(1, (CHANNELS[layer + 1], CHANNELS[layer]))
        y = torch.matmul(mixed, weights.transpose(1, 2).flatten(0, 1)) + getattr(self, f"bias{layer}")
        return y if layer == LAYERS - 1 else functional.elu(y)


class _Tokenizer(nn.Module):
    def __init__(self, sizes: MeshSizes, layers: range) -> None:
        super().__init__()
        self.vqvae = nn.Module()
        self.vqvae.fully_conv_ae = _Autoencoder(sizes, layers)

    def forward(self, x: Tensor, *neighbors: Tensor) -> Tensor:
        y: Tensor = self.vqvae.fully_conv_ae(x, *neighbors)
        return y


class MeshEncoder(_Tokenizer):
    """(B, vertices, 3) meters, pelvis at the origin -> (B, tokens, 9), before they are compared with the codes."""

    def __init__(self, sizes: MeshSizes | None = None) -> None:
        super().__init__(sizes or MeshSizes(), range(ENCODER))


class MeshDecoder(_Tokenizer):
    """(B, tokens, 9) -> (B, vertices, 3) meters."""

    def __init__(self, sizes: MeshSizes | None = None) -> None:
        super().__init__(sizes or MeshSizes(), range(ENCODER, LAYERS))
