"""Features of each person from the last frame in which they were clearly visible, for frames in which they are not."""

from __future__ import annotations

import numpy as np

from ...typing import Array
from .clip_tracks import Tracks


class FeatureMemory:
    """Features of the people.

    Args:
        threshold: least confidence of features that are remembered.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._features: dict[int, Array] = {}

    def recall(self, tracks: Tracks, features: Array) -> tuple[Array, Array]:
        """Replace the features of people who are not clearly visible.

        Args:
            features: (n, T, C) as sampled at the people's cells.

        Returns:
            features (n, T, C), and inherited (n, T) bool: True where the frame itself has no measurement of the person.
        """
        inherited = ~(tracks.seen & (tracks.scores > self._threshold))
        features = features.copy()
        for row, id in enumerate(tracks.ids.tolist()):
            for frame in np.flatnonzero(tracks.valid[row]):
                if not inherited[row, frame]:
                    self._features[id] = features[row, frame].copy()
                elif id in self._features:
                    features[row, frame] = self._features[id]
        return features, inherited

    def keep(self, ids: set[int]) -> None:
        """Forget everybody else."""
        self._features = {id: feature for id, feature in self._features.items() if id in ids}
