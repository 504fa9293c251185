"""MoRo's networks in onnxruntime, from templates and the weights of the user's checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...inference.providers import AUTOMATIC
from ...inference.sessions import Opened
from ...inference.template import TEMPLATES, open_template
from ...typing import Array

ENCODER_LAYERS, LAYERS = 7, 14
"""Layers of the tokenizer that encode, and all of them."""


class MoroNetworks:
    """The networks by which tokens are decoded: see `generation.Networks`. Each is opened when it is first used.

    Args:
        weights: by checkpoint key. threads: on the CPU. prefix: of the templates' names; folder: where they are.
        preferred: key of the provider to try first.

    Raises:
        ModelError: on first use, where a weight is missing or does not fit.
    """

    def __init__(
        self,
        weights: Mapping[str, Array],
        threads: int,
        preferred: str = AUTOMATIC,
        prefix: str = "moro",
        folder: Path = TEMPLATES,
    ) -> None:
        self._weights, self._threads, self._preferred = weights, threads, preferred
        self._prefix, self._folder = prefix, folder
        self._sessions: dict[str, Opened] = {}

    @property
    def opened(self) -> Opened:
        """The largest network, ready to run: by it is known what computes, and why."""
        return self._open("vit_first")

    def backbone(self, crops: Array) -> Array:
        """Features (B, 192, D) of normalized crops (B, 3, 256, 256)."""
        (halfway,) = self._run("vit_first", x=crops)
        return self._run("vit_second", x=halfway)[0]

    def image(self, features: Array, boxes: Array) -> tuple[Array, Array]:
        """Image features (F, M, C), and the weak trajectory (F, 9)."""
        image, weak = self._run("image", features=features, boxes=boxes)
        return image, weak

    def motion(self, tokens: Array, trajectory: Array) -> tuple[Array, Array, Array]:
        """Token features (F, N, C), trajectory features (F, C), and the trajectory (F, 9) made clean."""
        motion, path, clean = self._run("motion", tokens=tokens, trajectory=trajectory)
        return motion, path, clean

    def decode(self, motion: Array, image: Array, path: Array, camera: Array) -> tuple[Array, Array, Array]:
        """Logits (F, N, codes), refined camera trajectory (F, 9), logits of contacts (F, 4)."""
        logits, refined, contacts = self._run("decoder", motion=motion, image=image, path=path, camera=camera)
        return logits, refined, contacts

    def smooth(self, tokens: Array) -> Array:
        """Tokens (F, N, 9), smoothed over time."""
        return self._run("smoother", tokens=tokens)[0]

    def encode_mesh(self, meshes: Array, neighbors: Sequence[Array]) -> Array:
        """(F, N, 9), before they are compared with the codes, of meshes (F, V, 3), meters, the pelvis at the origin.

        Args:
            neighbors: (V', slots) of all 14 layers, see `connections.read_connections`.
        """
        return self._mesh("mesh_encoder", meshes, neighbors, range(ENCODER_LAYERS))

    def decode_mesh(self, tokens: Array, neighbors: Sequence[Array]) -> Array:
        """Meshes (F, V, 3) of tokens (F, N, 9)."""
        return self._mesh("mesh_decoder", tokens, neighbors, range(ENCODER_LAYERS, LAYERS))

    def _mesh(self, name: str, x: Array, neighbors: Sequence[Array], layers: range) -> Array:
        return self._run(name, x=x, **{f"near{layer}": neighbors[layer] for layer in layers})[0]

    def _run(self, name: str, **inputs: Array) -> list[Array]:
        feeds = {key: np.ascontiguousarray(values, np.float32) for key, values in inputs.items()}
        found: list[Array] = self._open(name).session.run(None, feeds)
        return found

    def _open(self, name: str) -> Opened:
        if name not in self._sessions:
            path = self._folder / f"{self._prefix}_{name}.onnx"
            self._sessions[name] = open_template(path, self._weights, self._threads, preferred=self._preferred)
        return self._sessions[name]


def nearest_codes(encoded: Array, codebook: Array) -> Array:
    """Ids (F, N) of the codes (codes, 9) nearest to (F, N, 9)."""
    away = ((encoded[..., None, :] - codebook) ** 2).sum(axis=-1)
    return np.asarray(away.argmin(axis=-1))
