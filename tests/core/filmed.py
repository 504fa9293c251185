"""People whose landmarks are known exactly: the motion of the project's own clip, seen by a perfect network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.groundtruth import Truth, load_truth
from romp_core.geometry.rotations import matrix_from_rotvec
from romp_core.geometry.skeleton import PARENTS, forward_kinematics
from romp_core.solve.landmark_fit.markers import CARRIER, LEFT_HIP, RIGHT_HIP, USED, marker_offsets
from romp_core.take.observations import Observations
from romp_core.take.settings import SolveSettings, from_mapping
from romp_core.take.take import FootageInfo, Person, Take

CLIP = Path(__file__).resolve().parents[1] / "data" / "demo.mp4"
SIZE = 480


class Film:
    """The clip's truth, and takes of it; with `pitch` and `roll` (degrees, looking down, clockwise) from elsewhere.

    The other camera looks at the middle of the person's way from `distance` meters, and drives `dolly` meters to its
    right meanwhile. With `size` and `offset` the person
    is larger or smaller, and stands elsewhere in the same view: (3,) meters, y up. With `rest`, a skeleton (24, 3) and
    its height, somebody of another build moves in the same way.

    Attributes:
        truth: the clip's; rest: (24, 3) the person's rest skeleton; observations: perfect ones on every frame.
    """

    def __init__(
        self,
        pitch: float | None = None,
        distance: float = 4.5,
        size: float = 1.0,
        offset: tuple[float, float, float] = (0.0, 0.0, 0.0),
        rest: tuple[np.ndarray, float] | None = None,
        roll: float = 0.0,
        dolly: float = 0.0,
    ) -> None:
        self.truth: Truth = load_truth(CLIP)
        joints, heights = self.truth.joints * size + np.array(offset), self.truth.heights * size
        self.truth = replace(self.truth, joints=joints, heights=heights)
        if pitch is not None:
            self.truth = filmed_from(self.truth, pitch, distance, roll, dolly)
        with np.load(CLIP.with_suffix(".npz")) as archive:
            self.rest = archive["JT"][0].astype(float) * size
            turned = archive["G"][0]
        if rest is not None:
            self.truth, self.rest = built_as(self.truth, turned, self.rest, *rest), rest[0]
        joints, rotation = self.truth.camera_joints(0), self.truth.rotation
        orientations = rotation[:, None] @ turned
        offsets = marker_offsets(self.rest)
        markers = joints[:, CARRIER] + np.einsum("tkij,kj->tki", orientations[:, CARRIER], offsets)
        focal = self.truth.intrinsics[0, 0]
        count = len(joints)
        pixels, world = np.zeros((count, 33, 2)), np.zeros((count, 33, 3))
        pixels[:, USED] = markers[..., :2] / markers[..., 2:] * focal + SIZE / 2
        world[:, USED] = markers
        world -= world[:, [LEFT_HIP, RIGHT_HIP]].mean(axis=1, keepdims=True)
        self.observations = Observations(
            frame_index=np.arange(count, dtype=np.int32),
            confidence=np.ones(count, np.float32),
            keypoints2d=pixels.astype(np.float32),
            visibility=np.ones((count, 33), np.float32),
            keypoints3d=world.astype(np.float32),
        )

    def skeleton(self, height: float) -> np.ndarray:
        """The person's rest skeleton scaled to a height."""
        return self.rest * (height / float(self.truth.heights[0]))

    def take(self, observations: Observations | None = None, **settings: object) -> Take:
        """A raw take of the film, the true height and field of view unless given."""
        seen = observations or self.observations
        count = len(self.truth.times)
        footage = FootageInfo("film.mp4", SIZE, SIZE, 30.0, self.truth.times, np.arange(count, dtype=np.int32))
        known = {"height": float(self.truth.heights[0]), "fov": self.truth.fov_deg}
        return Take(
            "film", footage, (Person(1, "Person 1", seen),), solve=from_mapping(SolveSettings, known | settings)
        )

    def rows(self, rows: np.ndarray | list[int]) -> Observations:
        """Only these observations."""
        return pick(self.observations, np.asarray(rows))


def filmed_from(truth: Truth, pitch: float, distance: float, roll: float = 0.0, dolly: float = 0.0) -> Truth:
    """The truth with a camera in front of the person that looks down by `pitch` degrees, turned about its axis."""
    cosine, sine = np.cos(np.radians(pitch)), np.sin(np.radians(pitch))
    rotation = np.array([[1.0, 0.0, 0.0], [0.0, -cosine, sine], [0.0, -sine, -cosine]])  # right, down, ahead
    position = truth.joints[0, :, 0].mean(axis=0) - distance * rotation[2]
    rotation = matrix_from_rotvec(np.radians([0.0, 0.0, -roll])) @ rotation
    count = len(truth.times)
    path = position + np.linspace(-0.5, 0.5, count)[:, None] * dolly * rotation[0]
    truth = replace(truth, rotation=np.broadcast_to(rotation, (count, 3, 3)), position=path)
    seen = truth.camera_joints(0) @ truth.intrinsics.T
    return replace(truth, joints2d=(seen[..., :2] / seen[..., 2:])[None])


def built_as(truth: Truth, turned: np.ndarray, before: np.ndarray, rest: np.ndarray, height: float) -> Truth:
    """The truth of somebody with another rest skeleton and height; steps are as long as the legs allow.

    Args:
        turned: (T, 24, 3, 3) global rotations; before: (24, 3) the skeleton of the truth so far.
    """
    joints = truth.joints[:1] * (rest[7, 1] / before[7, 1])
    for joint in range(1, len(PARENTS)):
        parent = PARENTS[joint]
        joints[0, :, joint] = joints[0, :, parent] + turned[:, parent] @ (rest[joint] - rest[parent])
    return replace(truth, joints=joints, heights=np.array([height]))


def pick(seen: Observations, index: np.ndarray) -> Observations:
    """Observations at these positions."""
    names = ("frame_index", "confidence", "keypoints2d", "visibility", "keypoints3d")
    return Observations(*(getattr(seen, name)[index] for name in names))


def noisy(seen: Observations, pixels: float, meters: float, seed: int = 0) -> Observations:
    """White noise on the landmarks."""
    rng = np.random.default_rng(seed)
    return replace(
        seen,
        keypoints2d=seen.keypoints2d + rng.normal(0, pixels, seen.keypoints2d.shape).astype(np.float32),
        keypoints3d=seen.keypoints3d + rng.normal(0, meters, seen.keypoints3d.shape).astype(np.float32),
    )


def error_mm(found: np.ndarray, true: np.ndarray) -> float:
    """Mean distance of joints, pelvis subtracted, of the 14 that the accuracy is about."""
    joints = [1, 2, 4, 5, 7, 8, 12, 15, 16, 17, 18, 19, 20, 21]
    away = (found - found[:, :1]) - (true - true[:, :1])
    return float(np.linalg.norm(away[:, joints], axis=-1).mean() * 1e3)


def posed(rotations: np.ndarray, root: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Joints (24, 3) of one pose."""
    return forward_kinematics(rotations, root, rest)[0]
