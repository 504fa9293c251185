"""From sampled cameras and features to people: posed, placed, and each one once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from ...geometry.skeleton import N_JOINTS
from ...typing import Array
from ..common.rotation_6d import rotvec_from_6d
from ..common.square_image import Padding, padding, to_image
from .bodies import ScaledBodies
from .camera import position, project
from .constants import PARAMS, ROTATIONS
from .crowd_windows import WindowPlan
from .sampling import Sampled
from .suppression import without_duplicates, without_outliers
from .thresholds import Thresholds

_LARGEST_OUTLIER, _LARGEST_OUTLIER_IN_WINDOW, _LARGEST_OUTLIER_OF_CROWD = 0.25, 1.0, 0.5


@dataclass(frozen=True)
class Found:
    """N people in one image, by falling confidence.

    Attributes:
        params: (N, 146) camera as read from the maps, 22 rotations in 6D, 11 betas.
        scores: (N,) height of the peak in the center map.
        cams: (N, 3) scale, y, x in the square around the image.
        thetas: (N, 72) rotation vectors of the SMPL joints; those of the hands are 0.
        betas: (N, 11), the last one the age offset.
        joints: (N, K, 3) meters, camera axes, relative to the middle of the hips.
        positions: (N, 3) that middle in camera space, meters.
        points: (N, K, 2) the joints in the image, pixels.
    """

    params: Array
    scores: Array
    cams: Array
    thetas: Array
    betas: Array
    joints: Array
    positions: Array
    points: Array

    def __len__(self) -> int:
        return len(self.scores)

    def only(self, rows: Array) -> Found:
        """The people of these rows."""
        return Found(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


class Decoder:
    """Turns samples into people.

    Args:
        network: (N, 128) features of people -> (N, 143) their rotations and betas; N is at least 1.
        bodies: SMPL's, or the embedded one.
    """

    def __init__(self, network: Callable[[Array], Array], bodies: ScaledBodies) -> None:
        self._network, self._bodies = network, bodies

    def whole(self, sampled: Sampled, pad: Padding, thresholds: Thresholds) -> Found:
        """The people of an image that was read as a whole."""
        return _unique(self._posed(sampled, pad), pad, thresholds, _LARGEST_OUTLIER, by_score=False)

    def windows(self, sampled: Sequence[Sampled], plan: WindowPlan, thresholds: Thresholds) -> Found:
        """The people of an image that was read through windows, in the windows' order."""
        parts = []
        for index, (left, right, top, bottom) in enumerate(plan.boxes):
            central = sampled[index].only(plan.central(index, sampled[index].cams))
            pad = padding(int(bottom - top), int(right - left))
            found = _unique(self._posed(central, pad), pad, thresholds, _LARGEST_OUTLIER_IN_WINDOW, by_score=True)
            parts.append(replace(found, cams=plan.to_image(index, found.cams)))
        pad = padding(plan.height, plan.width)
        return _unique(_positioned(_joined(parts), pad), pad, thresholds, _LARGEST_OUTLIER_OF_CROWD, by_score=True)

    def _posed(self, sampled: Sampled, pad: Padding) -> Found:
        """Bodies of sampled people, in the image that is in the square as `pad` says."""
        count = len(sampled)
        people = self._network(sampled.features) if count else np.zeros((0, PARAMS), np.float32)
        rotvecs = np.zeros((count, N_JOINTS, 3), np.float32)  # the network gives no hands
        rotvecs[:, :ROTATIONS] = rotvec_from_6d(people[:, : 6 * ROTATIONS].reshape(count, ROTATIONS, 6))
        thetas = rotvecs.reshape(count, 3 * N_JOINTS)
        betas = people[:, 6 * ROTATIONS :]
        params = np.concatenate([sampled.cams, people], axis=1)
        joints = self._bodies.joints(thetas, betas)
        unknown = np.empty((count, 0), np.float32)
        return _positioned(Found(params, sampled.scores, sampled.cams, thetas, betas, joints, unknown, unknown), pad)


def _positioned(found: Found, pad: Padding) -> Found:
    """With positions and image points that follow from the cameras."""
    positions = position(found.cams)
    points = to_image(project(found.joints + positions[:, None]), pad)
    return replace(found, positions=positions, points=points)


def _unique(found: Found, pad: Padding, thresholds: Thresholds, largest_outlier: float, by_score: bool) -> Found:
    """Without people found twice and without ghosts."""
    size = int(pad.height), int(pad.width)
    scores = found.scores if by_score else None
    found = found.only(without_duplicates(found.points, found.cams[:, 0], size, thresholds.duplicates, scores))
    return found.only(without_outliers(found.positions, found.cams[:, 0], thresholds.outliers, largest_outlier))


def _joined(parts: Sequence[Found]) -> Found:
    return Found(**{field.name: np.concatenate([getattr(one, field.name) for one in parts]) for field in fields(Found)})
