"""Which size of token each part of an image gets (SAT-HMR, section 3.2): small where people are small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...typing import Array
from .constants import PERSON_IN_CELL, SMALL_PERSON

_GROUP = 4
"""Cells of level 1 in one of level 2; neighbors in Z-order."""


@dataclass(frozen=True)
class TokenPlan:
    """Of one image with M level-1 cells.

    Attributes:
        fine: (n,) indices of the cells that are split into four tokens.
        kept: (k,) indices of those whose token stays.
        groups: (g,) indices of the groups of four cells that become one token.
    """

    fine: Array
    kept: Array
    groups: Array

    def merged(self, fine_tokens: Array, tokens: Array) -> Array:
        """The tokens of all levels, 0 first: (4n, C) and (M, C) -> (4n + k + g, C).

        A group is as strong as the strongest of its tokens in each number.
        """
        grouped = tokens.reshape(-1, _GROUP, tokens.shape[1])[self.groups].max(axis=1)
        return np.concatenate([fine_tokens, tokens[self.kept], grouped])

    def cells(self, fine_cells: Array, cells: Array) -> tuple[Array, Array]:
        """Rows and columns (K, 2) of the merged tokens, each in its level, and their levels (K,)."""
        grouped = cells[::_GROUP][self.groups] // 2
        levels = np.repeat(np.arange(3), [len(fine_cells), len(self.kept), len(grouped)])
        return np.concatenate([fine_cells, cells[self.kept], grouped]), levels


def plan_tokens(scale_maps: Sequence[Array]) -> list[TokenPlan]:
    """Plans for images that are run together, by their scale maps (M, 2) float32 in Z-order.

    Where no group of any of the images is background, the tokens of the cells that were split stay, too: the network
    was trained so.
    """
    people = [scale_map[:, 0] > PERSON_IN_CELL for scale_map in scale_maps]
    fine = [valid & (scale_map[:, 1] < SMALL_PERSON) for valid, scale_map in zip(people, scale_maps, strict=True)]
    occupied = [valid.reshape(-1, _GROUP).any(axis=1) for valid in people]
    all_stay = all(each.all() for each in occupied)
    return [
        TokenPlan(
            fine=np.flatnonzero(split),
            kept=np.flatnonzero(np.repeat(groups, _GROUP) & (all_stay | ~split)),
            groups=np.flatnonzero(~groups),
        )
        for split, groups in zip(fine, occupied, strict=True)
    ]
