"""From BEV's maps to people: sampled, posed, placed, and each one once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

import numpy as np

from ...rotations import Array
from ..maps.sixd import rotvec_from_6d
from ..maps.square import Padding, padding, to_picture
from .camera import position, project
from .constants import BETAS, PARAMS, ROTATION_PARAMS
from .crowd import WindowPlan
from .figures import Figures
from .options import Thresholds
from .parse import find_centers
from .regress import person_features
from .suppress import without_duplicates, without_outliers

_HANDS = 6
_LARGEST_OUTLIER, _LARGEST_OUTLIER_IN_WINDOW, _LARGEST_OUTLIER_OF_CROWD = 0.25, 1.0, 0.5


@dataclass(frozen=True)
class Maps:
    """What the network says of one square picture.

    Attributes:
        centers: (64, 128, 128) how sure it is that a person is there: depth bin, row, column.
        cams: (3, 64, 128, 128) that person's camera: scale, y, x.
        features: (128, 128, 128) channel, row, column: what the person network reads.
    """

    centers: Array
    cams: Array
    features: Array


class PersonNetwork(Protocol):
    """BEV's second part, which looks at one person at a time.

    Attributes:
        embedding: (128, 128) what is added to the features in each depth bin.
    """

    embedding: Array

    def __call__(self, features: Array) -> Array:
        """(N, 128) -> (N, 143) rotations of six numbers and betas."""
        ...


@dataclass(frozen=True)
class Found:
    """N people in one picture, the surest first.

    Attributes:
        params: (N, 146) camera as read from the maps, 22 rotations of six numbers, 11 betas.
        scores: (N,) height of the peak in the centre map.
        cams: (N, 3) scale, y, x in the square around the picture.
        thetas: (N, 72) rotation vectors of the SMPL joints; those of the hands are 0.
        betas: (N, 11), the last one the age offset.
        joints: (N, K, 3) metres, camera axes, relative to the middle of the hips.
        positions: (N, 3) that middle in camera space, metres.
        points: (N, K, 2) the joints in the picture, pixels.
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
    """Reads people off maps.

    Args:
        network: the second part of BEV.
        figures: the bodies.
    """

    def __init__(self, network: PersonNetwork, figures: Figures) -> None:
        self._network, self._figures = network, figures

    def whole(self, maps: Maps, pad: Padding, thresholds: Thresholds) -> Found:
        """The people of a picture that was looked at as a whole."""
        found = self._posed(*self._sampled(maps, thresholds.center), pad)
        return _unique(found, pad, thresholds, _LARGEST_OUTLIER, by_score=False)

    def windows(self, maps: Iterable[Maps], plan: WindowPlan, thresholds: Thresholds) -> Found:
        """The people of a picture that was looked at through windows, in the windows' order; maps come one by one."""
        parts = []
        for index, ((left, right, top, bottom), one) in enumerate(zip(plan.boxes, maps, strict=True)):
            params, scores = self._sampled(one, thresholds.center)
            central = plan.central(index, params[:, :3])
            pad = padding(int(bottom - top), int(right - left))
            found = self._posed(params[central], scores[central], pad)
            found = _unique(found, pad, thresholds, _LARGEST_OUTLIER_IN_WINDOW, by_score=True)
            parts.append(replace(found, cams=plan.to_picture(index, found.cams)))
        pad = padding(plan.height, plan.width)
        return _unique(_placed(_joined(parts), pad), pad, thresholds, _LARGEST_OUTLIER_OF_CROWD, by_score=True)

    def _sampled(self, maps: Maps, threshold: float) -> tuple[Array, Array]:
        """Parameters (N, 146) and scores (N,) of everybody surer than the threshold."""
        cells, scores = find_centers(maps.centers, threshold)
        cams = maps.cams[:, cells[:, 0], cells[:, 1], cells[:, 2]].T
        if not len(cells):
            return np.zeros((0, 3 + PARAMS), np.float32), scores
        people = self._network(person_features(maps.features, cams, self._network.embedding))
        return np.concatenate([cams, people], axis=1), scores

    def _posed(self, params: Array, scores: Array, pad: Padding) -> Found:
        """Bodies of sampled people, in the picture that lies in the square as `pad` says."""
        rotations = params[:, 3 : 3 + ROTATION_PARAMS].reshape(len(params), -1, 6)
        body = rotvec_from_6d(rotations).reshape(len(params), -1)
        thetas = np.concatenate([body, np.zeros((len(params), _HANDS), np.float32)], axis=1)
        betas = params[:, -BETAS:]
        joints = self._figures.joints(thetas, betas)
        unknown = np.empty((len(params), 0), np.float32)
        return _placed(Found(params, scores, params[:, :3], thetas, betas, joints, unknown, unknown), pad)


def _placed(found: Found, pad: Padding) -> Found:
    """With positions and picture points that follow from the cameras."""
    positions = position(found.cams)
    points = to_picture(project(found.joints + positions[:, None]), pad)
    return replace(found, positions=positions, points=points)


def _unique(found: Found, pad: Padding, thresholds: Thresholds, largest_outlier: float, by_score: bool) -> Found:
    """Without people found twice and without ghosts."""
    size = int(pad.height), int(pad.width)
    scores = found.scores if by_score else None
    found = found.only(without_duplicates(found.points, found.cams[:, 0], size, thresholds.duplicates, scores))
    return found.only(without_outliers(found.positions, found.cams[:, 0], thresholds.outliers, largest_outlier))


def _joined(parts: Sequence[Found]) -> Found:
    return Found(**{field.name: np.concatenate([getattr(one, field.name) for one in parts]) for field in fields(Found)})
