"""MA-HMR: people with metric positions from tokens whose size follows that of people (arXiv 2511.13282; SAT-HMR).

One module per graph, since the number of tokens is decided between them. Each holds a part of the checkpoint, by its
keys; what needs no network (token decisions, bodies, camera) is in `romp_core.models.ma_hmr`. Images are run one by
one: (M, 768) are the tokens of one image.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .dab_decoder import DabDecoder, inverse_sigmoid
from .transformer import Mlp, VitBlock

WIDTH, HEADS, BLOCKS, EARLY = 768, 12, 12, 3
PATCH = 3 * 14 * 14
"""Numbers of a patch: channel, row, column."""
QUERIES, LAYERS = 50, 6
POSE, SHAPE = 24 * 6, 11
_EPS = 1e-6


class PatchProjection(nn.Conv2d):
    """A convolution whose windows do not overlap, as a matrix product with flat patches (M, PATCH)."""

    def __init__(self) -> None:
        super().__init__(3, WIDTH, 14, 14)

    def forward(self, patches: Tensor) -> Tensor:
        return functional.linear(patches, self.weight.flatten(1), self.bias)


class _Tokens(nn.Module):
    """From patches to tokens, with the class token in front."""

    def __init__(self, level: str) -> None:
        super().__init__()
        self.encoder_cr_token = nn.Parameter(torch.zeros(1, WIDTH))
        self.encoder_patch_proj = nn.ModuleDict({level: PatchProjection()})
        self._level = level

    def tokens(self, patches: Tensor, positions: Tensor) -> Tensor:
        return torch.cat([self.encoder_cr_token, self.encoder_patch_proj[self._level](patches) + positions])


class MaHmrCoarse(_Tokens):
    """Patches (M, PATCH) of 28 pixels at half size, position embeddings (M, 768) -> what they show, and of whom.

    Returns:
        class token (1, 768), tokens (M, 768), and the scale map (M, 2): whether a person is there, and how large.
    """

    def __init__(self) -> None:
        super().__init__("1")
        self.encoder = _Blocks("additional_blocks", range(EARLY))
        self.enc_inter_norm = nn.LayerNorm(WIDTH, _EPS)
        self.scale_head = Mlp(WIDTH, WIDTH, WIDTH, WIDTH, 2)

    def forward(self, patches: Tensor, positions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.encoder(self.tokens(patches, positions))
        return x[:1], x[1:], torch.sigmoid(self.scale_head(self.enc_inter_norm(x[1:])))


class MaHmrFine(_Tokens):
    """Patches (M, PATCH) of 14 pixels where people are small, position embeddings (M, 768) -> tokens (M, 768)."""

    def __init__(self) -> None:
        super().__init__("0")
        self.encoder = _Blocks("blocks", range(EARLY))

    def forward(self, patches: Tensor, positions: Tensor) -> Tensor:
        return self.encoder(self.tokens(patches, positions))[1:]


class MaHmrEncoder(nn.Module):
    """Tokens of all sizes behind the class token (M, 768) -> that token (1, 768), and features (M - 1, 768)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _Blocks("blocks", range(EARLY, BLOCKS))
        self.encoder.norm = nn.LayerNorm(WIDTH, _EPS)
        self.feature_proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        x = self.encoder(tokens)
        return x[:1], self.feature_proj(self.encoder.norm(x[1:]))


class MaHmrFov(nn.Module):
    """Class token (1, 768) -> vertical field of view (1, 1), radians; weights of stage 1 have none of it."""

    def __init__(self) -> None:
        super().__init__()
        self.fov_head = Mlp(WIDTH, WIDTH, WIDTH, WIDTH, 1)

    def forward(self, token: Tensor) -> Tensor:
        return self.fov_head(token)


class MaHmrPeople(nn.Module):
    """Features (M, 768) and the embeddings (M, 768) of their positions -> 50 people, of whom few are there.

    Returns:
        boxes (50, 4): center and size in the square; poses (50, 144) and shapes (50, 11), relative to the means;
        confidences (50, 1); cameras (50, 3); anchors (6, 50, 4) that enter the layers; hidden (6, 50, 768) states.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tgt_embed, self.refpoint_embed = nn.Embedding(QUERIES, WIDTH), nn.Embedding(QUERIES, 4)
        self.bbox_embed = nn.ModuleList(Mlp(WIDTH, WIDTH, WIDTH, 4) for _ in range(LAYERS))
        self.decoder = nn.Module()
        self.decoder.decoder = DabDecoder(WIDTH, LAYERS)
        self.pose_head = nn.ModuleList(Mlp(*[WIDTH] * 6, POSE) for _ in range(LAYERS))
        self.shape_head = nn.ModuleList(Mlp(*[WIDTH] * 5, SHAPE) for _ in range(LAYERS))
        self.conf_head = nn.Linear(WIDTH, 1)
        self.cam_head = Mlp(WIDTH, WIDTH // 2, WIDTH // 2, 3)

    def forward(self, features: Tensor, positions: Tensor) -> tuple[Tensor, ...]:
        queries, anchors = self.tgt_embed.weight, torch.sigmoid(self.refpoint_embed.weight)
        hidden, entering = self.decoder.decoder(queries, anchors, features, positions, self.bbox_embed)
        last = hidden[-1]
        boxes = torch.sigmoid(self.bbox_embed[-1](last) + inverse_sigmoid(entering[-1]))
        poses = sum(head(each) for head, each in zip(self.pose_head, hidden, strict=True))
        shapes = sum(head(each) for head, each in zip(self.shape_head, hidden, strict=True))
        confidences = torch.sigmoid(self.conf_head(last))
        return boxes, poses, shapes, confidences, self.cam_head(last), torch.stack(entering), torch.stack(hidden)


class _Blocks(nn.Module):
    """Some blocks of the encoder, under their numbers in the checkpoint."""

    def __init__(self, name: str, numbers: range) -> None:
        super().__init__()
        self.add_module(name, nn.ModuleDict({str(number): VitBlock(WIDTH, HEADS) for number in numbers}))
        self._name = name

    def forward(self, x: Tensor) -> Tensor:
        for block in getattr(self, self._name).values():
            x = block(x)
        return x


PARTS = (MaHmrCoarse, MaHmrFine, MaHmrEncoder, MaHmrFov, MaHmrPeople)
