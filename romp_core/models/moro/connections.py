"""Who is next to whom on the body: the user's connection files, which belong to SMPL-X's topology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...errors import ModelError
from ...typing import Array

FILES = (
    *(f"_pool{number}.npy" for number in range(7)),
    *(f"_unpool{number}.npy" for number in range(6, -1, -1)),
)
"""In the order of the tokenizer's layers."""
_UNPOOLING = (8, 10, 12)
"""Layers that hand tokens down to more and more vertices."""
_HINT = "Choose the folder with the connection files that came with MoRo's checkpoint."


def read_connections(folder: Path) -> list[Array]:
    """Neighbors (V', slots) of each of the 14 layers; the number of input vertices where a slot is unused.

    Raises:
        ModelError: a file is missing, is none of these, or does not go with the others.
    """
    found = [read_connection(folder / name) for name in FILES]
    inputs = len(found[0])
    for name, near in zip(FILES, found, strict=True):
        if near.size == 0 or near.min() < 0 or near.max() > inputs:
            raise ModelError(f"{name} does not go with the other connection files.", _HINT)
        inputs = len(near)
    return found


def read_connection(path: Path) -> Array:
    """Neighbors (V', slots) of one layer. Raises ModelError like `read_connections`."""
    try:
        table = np.load(path, allow_pickle=False)
    except FileNotFoundError as error:
        raise ModelError(f"MoRo needs {path.name}, which is not in {path.parent.name}.", _HINT) from error
    except (OSError, ValueError, EOFError) as error:
        raise ModelError(f"{path.name} is not a readable connection file.", _HINT) from error
    if table.ndim != 2 or table.shape[1] % 2 == 0 or table.dtype.kind not in "iu":
        raise ModelError(f"{path.name} is another kind of file than MoRo's connections.", _HINT)
    return np.asarray(table[:, 1::2], np.int64)


def token_shares(neighbors: Sequence[Array], weights: Mapping[str, Array], tokens: int) -> Array:
    """How much each token says about each vertex, (V, tokens), rows sum to 1: the unpooling layers one after another.

    Args:
        weights: of the checkpoint by key.

    Raises:
        ModelError: the connections are not those of the checkpoint.
    """
    shares = np.eye(tokens)
    for layer in _UNPOOLING:
        near = neighbors[layer]
        amounts = np.abs(weights[f"vqvae.fully_conv_ae.p_neighbors{layer}"])
        if amounts.shape != near.shape:
            raise ModelError(f"{FILES[layer]} does not go with this checkpoint.", _HINT)
        amounts = amounts * (near < len(shares))
        amounts = amounts / np.maximum(amounts.sum(axis=1, keepdims=True), 1e-8)
        padded = np.concatenate([shares, np.zeros((1, tokens))])
        shares = sum(amounts[:, slot, None] * padded[near[:, slot]] for slot in range(near.shape[1]))
    return np.asarray(shares)
