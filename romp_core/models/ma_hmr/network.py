"""MA-HMR's networks from a checkpoint: several graphs, since what one of them finds decides the tokens of the next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...inference.template import open_template
from ...inference.threads import large_network_threads
from ...typing import Array
from .checkpoint import COARSE, ENCODER, FINE, FOV, PEOPLE, read_weights
from .embeddings import PositionWaves, halved_table
from .preprocessing import Patches
from .token_plan import TokenPlan, plan_tokens

_USUAL_TOKENS = 2048
"""About as many as an image has; what a graphics card is tried with."""


@dataclass(frozen=True)
class Coarse:
    """What the first pass finds in the M level-1 cells of an image.

    Attributes:
        token: (1, 768) of the image. tokens: (M, 768). scale_map: (M, 2) whether somebody is there, and how large.
    """

    token: Array
    tokens: Array
    scale_map: Array


@dataclass(frozen=True)
class Encoded:
    """An image as the decoder reads it: K tokens of three sizes.

    Attributes:
        merged: (1 + K, 768) tokens before the last blocks; cells: (K, 2) rows and columns in their levels (K,).
        token: (1, 768) of the image. features, positions: (K, 768) what is there, and where.
        fov: vertical field of view in radians, None without a camera branch.
    """

    merged: Array
    cells: Array
    levels: Array
    token: Array
    features: Array
    positions: Array
    fov: float | None


@dataclass(frozen=True)
class Queries:
    """What the decoder makes of its 50 queries, most of which are nobody.

    Attributes:
        boxes: (50, 4) center and size, shares of the square; confidences: (50,).
        poses: (50, 144) rotations in 6D; betas: (50, 10 or 11); cams: (50, 3) u, v and a raw scale.
        anchors: (6, 50, 4) before the layers; hidden: (6, 50, 768) after them.
    """

    boxes: Array
    confidences: Array
    poses: Array
    betas: Array
    cams: Array
    anchors: Array
    hidden: Array


class MaHmrNetwork:
    """The networks, one method per step.

    Attributes:
        variant: what kind of checkpoint it is.
        provider: the onnxruntime execution provider that runs the most work; remark: what the user should know.

    Raises:
        ModelError: the file is not MA-HMR, or a variant that is not supported.
    """

    def __init__(self, path: Path) -> None:
        weights = read_weights(path)
        self.variant = weights.variant
        self._mean_pose, self._mean_shape = weights.mean_pose.copy(), weights.mean_shape.copy()
        self._levels = weights.levels.copy()
        self._table = weights.table.copy()
        self._half_table = halved_table(self._table)
        self._waves = PositionWaves(len(self._table))
        names = (COARSE, FINE, ENCODER, PEOPLE, *((FOV,) if self.variant.fov else ()))
        threads = large_network_threads()
        opened = {name: open_template(name, weights.networks, threads, _USUAL_TOKENS) for name in names}
        self._sessions = {name: each.session for name, each in opened.items()}
        self.provider = opened[ENCODER].provider
        remarks = (*(each.remark for each in opened.values()), self.variant.remark)
        self.remark = " ".join(dict.fromkeys(each for each in remarks if each))

    def coarse(self, patches: Patches) -> Coarse:
        """The first pass over an image, with tokens of level 1."""
        positions = self._half_table[patches.cells[:, 0], patches.cells[:, 1]]
        return Coarse(*self._run(COARSE, patches=patches.halved(), positions=positions))

    def encode(self, patches: Patches, coarse: Coarse, plan: TokenPlan | None = None) -> Encoded:
        """Tokens of the planned sizes through the rest of the encoder; by default the image is planned by itself."""
        plan = plan or plan_tokens([coarse.scale_map])[0]
        fine_patches, fine_cells = patches.quartered(plan.fine)
        fine = np.zeros((0, coarse.tokens.shape[1]), np.float32)
        if len(fine_cells):
            positions = self._table[fine_cells[:, 0], fine_cells[:, 1]]
            (fine,) = self._run(FINE, patches=fine_patches, positions=positions)
        merged = np.concatenate([coarse.token, plan.merged(fine, coarse.tokens)])
        cells, levels = plan.cells(fine_cells, patches.cells)
        token, features = self._run(ENCODER, tokens=merged)
        fov = float(self._run(FOV, token=token)[0][0, 0]) if self.variant.fov else None
        return Encoded(merged, cells, levels, token, features, self._waves(cells, levels) + self._levels[levels], fov)

    def decode(self, encoded: Encoded) -> Queries:
        """The people that the decoder finds."""
        found = self._run(PEOPLE, features=encoded.features, positions=encoded.positions)
        boxes, poses, shapes, confidences, cams, anchors, hidden = found
        betas = shapes[:, : len(self._mean_shape)] + self._mean_shape
        return Queries(boxes, confidences[:, 0], poses + self._mean_pose, betas, cams, anchors, hidden)

    def _run(self, name: str, **inputs: Array) -> list[Array]:
        ready = {key: np.ascontiguousarray(each, np.float32) for key, each in inputs.items()}
        outputs: list[Array] = self._sessions[name].run(None, ready)
        return outputs
