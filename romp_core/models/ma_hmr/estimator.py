"""MA-HMR as a `FrameModel`: patches, networks, people in meters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...bodies.smpl.model import SmplModel
from ...geometry.skeleton import N_JOINTS, forward_kinematics
from ...typing import Array
from ..common.frame_estimator import FrameDetections
from ..common.rotation_6d import quat_from_6d
from .bodies import rest_joints
from .camera import focal_px, project, translations
from .constants import MIN_CONFIDENCE
from .network import MaHmrNetwork, Queries
from .preprocessing import Patches, cut


@dataclass(frozen=True)
class Found:
    """The raw result for one image: the 50 queries, and its vertical field of view, if the network has a camera."""

    queries: Queries
    fov: float | None


class MaHmr:
    """See `FrameModel`. Images have different numbers of tokens, so they are run one by one.

    Args:
        network: from the checkpoint.
        body: the user's SMPL body; without it people have the embedded body's skeleton.
        threshold: lowest confidence of a person.
    """

    batch = 1

    def __init__(self, network: MaHmrNetwork, body: SmplModel | None = None, threshold: float = MIN_CONFIDENCE) -> None:
        self._network, self._body, self._threshold = network, body, threshold
        self._size = network.variant.input_size
        self.provider, self.remark = network.provider, network.remark

    def prepare(self, images: Sequence[Array]) -> list[Patches]:
        """See `FrameModel`."""
        return [cut(image, self._size) for image in images]

    def infer(self, inputs: list[Patches]) -> list[Found]:
        """See `FrameModel`."""
        return [self._found(patches) for patches in inputs]

    def _found(self, patches: Patches) -> Found:
        encoded = self._network.encode(patches, self._network.coarse(patches))
        return Found(self._network.decode(encoded), encoded.fov)

    def decode(self, inputs: list[Patches], maps: list[Found]) -> list[FrameDetections]:
        """See `FrameModel`."""
        return [self._people(*each) for each in zip(inputs, maps, strict=True)]

    def _people(self, patches: Patches, found: Found) -> FrameDetections:
        """Those who are confident enough, by falling confidence (there is no suppression of duplicates)."""
        queries, longest = found.queries, self._size
        who = np.flatnonzero(queries.confidences > np.float32(self._threshold))
        who = who[np.argsort(-queries.confidences[who], kind="stable")]
        focal = focal_px(found.fov, patches.height, longest)
        position = translations(queries.cams[who], focal, longest)
        rotations = quat_from_6d(queries.poses[who].reshape(len(who), N_JOINTS, 6))
        rest = rest_joints(queries.betas[who], self._body)
        joints, _ = forward_kinematics(rotations, rest[:, 0] + position, rest)
        pixels = project(joints, focal, patches.height, patches.width)
        return FrameDetections(
            confidence=queries.confidences[who],
            cams=_square_cams(pixels[:, 0], position[:, 2], focal, patches),
            rotations=rotations,
            betas=queries.betas[who],
            root=joints[:, 0],
            rest_joints=rest - rest[:, :1],
            joints=joints - joints[:, :1],
            pixels=pixels / patches.rate,
            focal=np.full(len(who), focal / longest),
            depth_per_focal=position[:, 2] * np.float32(longest / focal),
        )


def _square_cams(pelvis: Array, depth: Array, focal: float, patches: Patches) -> Array:
    """Scale, y, x of each pelvis (N, 2) px in the square around the image, as `FrameDetections` has them."""
    half = max(patches.height, patches.width) / 2
    centered = (pelvis - np.array([patches.width, patches.height]) / 2) / half
    return np.stack([focal / half / depth, centered[:, 1], centered[:, 0]], axis=1)
