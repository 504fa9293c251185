"""The poses of one person of a take, estimated again from the whole clip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...bodies.smpl.smplx import N_BODY, SmplxBody
from ...geometry.projection import Pinhole
from ...geometry.rotations import quat_from_matrix, quat_multiply
from ...geometry.skeleton import N_JOINTS
from ...typing import Array
from .body_fit import fit_body
from .boxes import SIDE, Track, conditions, crop, normalized
from .clips import Clip, Samples, at_times, clips, sampled
from .generation import MASKED, ROUNDS, generate
from .generation import Networks as TokenNetworks
from .trajectory import Statistics

_BATCH = 8
_FINGERS = 0.5
"""Vertices of which the fingers have more say than nothing of the body."""
_ABOUT_HANDS = (20, 21)
"""Wrists, whose confidence the hands have."""
Work = Callable[[float], None]
"""Hears how many frames more were worked on; may raise to stop."""


class Networks(TokenNetworks, Protocol):
    """All networks; see `networks.MoroNetworks`."""

    def backbone(self, crops: Array) -> Array:
        """Features (B, M, D) of normalized crops (B, 3, 256, 256)."""
        ...

    def smooth(self, tokens: Array) -> Array:
        """Tokens (F, N, 9), smoothed over time."""
        ...

    def decode_mesh(self, tokens: Array, neighbors: Sequence[Array]) -> Array:
        """Meshes (F, V, 3) of tokens (F, N, 9)."""
        ...


@dataclass(frozen=True)
class Poses:
    """Somebody in F frames.

    Attributes:
        rotations: (F, 24, 4) wxyz as in `Observations`. root: (F, 3) pelvis in camera space, meters.
        rest_joints: (F, 24, 3). confidence: (F, 24) mean probability of the tokens that tell of each joint.
    """

    rotations: Array
    root: Array
    rest_joints: Array
    confidence: Array


class Moro:
    """The model with its files.

    Args:
        codebook: (codes, 9). neighbors: of the 14 layers of the tokenizer. token_shares: (V, N), see `connections`.
        body: with as many vertices at least as the meshes.
    """

    def __init__(
        self,
        networks: Networks,
        codebook: Array,
        statistics: Statistics,
        neighbors: Sequence[Array],
        token_shares: Array,
        body: SmplxBody,
    ) -> None:
        self._networks, self._codebook, self._statistics = networks, codebook, statistics
        self._neighbors = neighbors
        self._rows = np.flatnonzero(body.fingers[: len(token_shares)] <= _FINGERS)
        self._body = body.only(self._rows)
        joints = self._body.weights.T @ token_shares[self._rows]
        self._tokens_of_joints = joints / np.maximum(joints.sum(axis=1, keepdims=True), 1e-8)

    def features(self, crops: Array) -> Array:
        """Of crops (n, 256, 256, 3) uint8."""
        return self._networks.backbone(normalized(crops))

    def poses(self, features: Array, boxes: Array, listener: Callable[[], None]) -> Poses:
        """A clip.

        Args:
            features: (F, M, D) of its crops. boxes: (F, 3), see `boxes.conditions`. listener: hears of each of the
                `ROUNDS`; may raise to stop.
        """
        ids = np.full((len(features), self._tokens_of_joints.shape[1]), MASKED)
        found = generate(self._networks, features, boxes, ids, self._codebook, self._statistics, lambda _: listener())
        tokens = self._networks.smooth(self._codebook[found.ids])
        mesh = self._networks.decode_mesh(tokens, self._neighbors)
        fitted = fit_body(mesh[:, self._rows], self._body)
        rotations = np.array(fitted.rotations)
        rotations[:, 0] = quat_multiply(quat_from_matrix(found.rotations), rotations[:, 0])
        confidence = np.empty((len(features), N_JOINTS))
        confidence[:, :N_BODY] = found.confidence @ self._tokens_of_joints.T
        confidence[:, N_BODY:] = confidence[:, _ABOUT_HANDS]
        return Poses(
            rotations,
            np.einsum("fab,fb->fa", found.rotations, fitted.pelvis) + found.positions,
            np.tile(fitted.rest_joints, (len(features), 1, 1)),
            confidence,
        )


class TrackRefiner:
    """Takes the frames of a track in their order, and keeps no more of them than one clip needs.

    Args:
        pinhole: the camera.
    """

    def __init__(self, model: Moro, track: Track, pinhole: Pinhole, work: Work) -> None:
        self.track, self._model, self._work = track, model, work
        self._samples: Samples = sampled(track.times)
        self._waiting: list[Clip] = clips(len(self._samples.times))
        self._conditions = conditions(track.boxes[self._samples.nearest], pinhole)
        self._used = set(self._samples.nearest.tolist())
        self._crops: dict[int, Array] = {}
        self._features: dict[int, Array] = {}
        self._found: list[Poses] = []

    @property
    def amount(self) -> float:
        """Frames to work on in all, in the sense of `Work`."""
        return len(self._used) + sum(clip.stop - clip.start for clip in self._waiting)

    def see(self, row: int, image: Array) -> None:
        """A frame (H, W, 3) of the take with this index."""
        index = row - int(self.track.rows[0])
        if index in self._used:
            self._crops[index] = crop(image, self.track.boxes[index])
        while self._waiting and index >= self._samples.nearest[self._waiting[0].stop - 1]:
            self._next_clip()

    def poses(self) -> Poses:
        """Those of all frames of the track, after the last one; of frames that were not seen, by their neighbors."""
        while self._waiting:
            self._next_clip()
        joined = {name: np.concatenate([getattr(each, name) for each in self._found]) for name in vars(self._found[0])}
        return Poses(
            **{
                name: at_times(values, self._samples, self.track.times, rotations=name == "rotations")
                for name, values in joined.items()
            }
        )

    def _next_clip(self) -> None:
        clip = self._waiting.pop(0)
        self._look()
        seen = np.array(sorted(self._features))
        part = slice(clip.start, clip.stop)
        nearest = seen[np.abs(seen - self._samples.nearest[part, None]).argmin(axis=1)]
        features = np.stack([self._features[index] for index in nearest.tolist()])
        length = clip.stop - clip.start
        poses = self._model.poses(features, self._conditions[part], lambda: self._work(length / ROUNDS))
        kept = slice(clip.first - clip.start, clip.last - clip.start)
        self._found.append(Poses(**{name: values[kept] for name, values in vars(poses).items()}))
        if self._waiting:
            first = self._samples.nearest[self._waiting[0].start]
            self._features = {index: each for index, each in self._features.items() if index >= first}

    def _look(self) -> None:
        """Features of the crops that wait for it."""
        if not self._crops and not self._features:  # the footage lacks all of these frames
            self._crops[int(self._samples.nearest[0])] = np.zeros((SIDE, SIDE, 3), np.uint8)
        rows = sorted(self._crops)
        for start in range(0, len(rows), _BATCH):
            some = rows[start : start + _BATCH]
            found = self._model.features(np.stack([self._crops.pop(row) for row in some]))
            self._features.update(zip(some, found, strict=True))
            self._work(len(some))
