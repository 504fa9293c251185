"""A stage for TRACE's host code: networks that see exactly the people of a script, and frames that show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from romp_core.models.trace.cameras import camera_of, project
from romp_core.models.trace.networks import FrameCode, TraceMaps
from romp_core.take.observations import Frame
from romp_core.typing import Array

SIDE = 512
DEPTHS, CELLS = 8, 32
UPRIGHT = np.diag([1.0, -1.0, -1.0])
"""SMPL rest space to camera space of somebody who stands and looks into the camera."""
RED, BLUE = (200, 30, 30), (30, 40, 200)


@dataclass(frozen=True)
class Actor:
    """Somebody in a still world.

    Attributes:
        places: (T, 3) the middle of the hips in the world, meters. present: (T,) bool.
        color: of the clothes. score: height of the peak.
    """

    places: Array
    present: Array
    color: tuple[int, int, int] = RED
    score: float = 0.9


@dataclass(frozen=True)
class Stage:
    """Actors and the filming camera: turns (T, 3, 3) and places (T, 3), camera space to the world."""

    actors: Sequence[Actor]
    turns: Array
    places: Array

    def __len__(self) -> int:
        return len(self.places)

    def seen(self, actor: Actor, frame: int) -> Array:
        """(3,) the middle of the hips in camera space."""
        return self.turns[frame].T @ (actor.places[frame] - self.places[frame])


def still(actors: Sequence[Actor]) -> Stage:
    """A stage with a camera that does not move."""
    count = len(actors[0].places)
    return Stage(actors, np.broadcast_to(np.eye(3), (count, 3, 3)), np.zeros((count, 3)))


def walking(count: int, start: Sequence[float], end: Sequence[float]) -> Array:
    """(count, 3) places on a line."""
    return np.linspace(start, end, count)


def film(stage: Stage, fps: float = 30.0, backgrounds: Sequence[int] = ()) -> Iterator[Frame]:
    """The frames: people are colored boxes before a gray wall; the first pixel tells the networks the frame."""
    for index in range(len(stage)):
        gray = backgrounds[index] if backgrounds else 128
        image = np.full((SIDE, SIDE, 3), gray, np.uint8)
        for actor in stage.actors:
            if actor.present[index]:
                at = stage.seen(actor, index)
                corners = project(at + np.array([[-0.4, -0.9, 0], [0.4, 0.9, 0]]))
                (left, top), (right, bottom) = np.clip((corners + 1) * SIDE / 2, 0, SIDE).astype(int)
                image[top:bottom, left:right] = actor.color
        image[0, 0] = index % 256, index // 256, 0
        yield Frame(index, index / fps, image)


class StageNetworks:
    """See `TraceNetworks`.

    Attributes:
        encoded: frames that were looked at, in order. clips: lengths of the clips.
        fresh: clips that began without a past.
    """

    provider, remark = "CPUExecutionProvider", ""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.encoded: list[int] = []
        self.clips: list[int] = []
        self.fresh: list[int] = []

    def encode(self, images: Array) -> list[FrameCode]:
        numbers = images[:, 0, 0, 0].astype(int) + 256 * images[:, 0, 0, 1].astype(int)
        self.encoded += numbers.tolist()
        return [FrameCode(np.full((1, 1, 1), number, np.float32), number) for number in numbers]

    def flow(self, previous: FrameCode, current: FrameCode) -> Array:
        assert current.flow - previous.flow in (0, 1)
        return np.zeros((2, 1, 1), np.float32)

    def temporal(self, features: Array, state: object) -> tuple[Array, object]:
        if state is None:
            self.fresh.append(int(features[1, 0, 0, 0]))
            assert features[0] == features[1]
        else:
            assert features[0] == state and features[1] == state + 1
        return features[1:], features[-1, 0, 0, 0]

    def maps(self, flow: Array, features: Array) -> TraceMaps:
        assert len(flow) == len(features)
        self.clips.append(len(flow))
        count, volume, square = len(flow), (DEPTHS, CELLS, CELLS), (CELLS, CELLS)
        maps = TraceMaps(
            center_fv=np.zeros((count, 1, *square), np.float32),
            center_3d=np.full((count, *volume), -0.1, np.float32),
            cam_3d=np.zeros((count, 3, *volume), np.float32),
            mesh=np.zeros((count, 159, *square), np.float32),
            motion_fv=np.zeros((count, 3, *square), np.float32),
            motion_3d=np.zeros((count, 3, *volume), np.float32),
            cam_motion=np.zeros((count, 3, *square), np.float32),
            cam_rot=np.zeros((count, 6, *square), np.float32),
        )
        for row, frame in enumerate(features[:, 0, 0, 0].astype(int)):
            for index, actor in enumerate(self._stage.actors):
                if actor.present[frame]:
                    self._put(maps, row, frame, index, actor)
        return maps

    def _put(self, maps: TraceMaps, row: int, frame: int, index: int, actor: Actor) -> None:
        stage, before = self._stage, max(frame - 1, 0)
        cam = camera_of(stage.seen(actor, frame))
        y, x = np.clip(((cam[1:] + 1) / 2 * CELLS).astype(int), 0, CELLS - 1)
        z = (3 * index) % DEPTHS
        maps.center_3d[row, z, y, x] = actor.score
        maps.cam_3d[row, :, z, y, x] = cam
        maps.motion_3d[row, :, z, y, x] = cam - camera_of(stage.seen(actor, before))
        first = np.flatnonzero(actor.present)[0]  # the actor's world is where the camera was then
        inside = [stage.turns[first].T @ (actor.places[each] - stage.places[first]) for each in (before, frame)]
        step = camera_of(inside[1]) - camera_of(inside[0])
        maps.cam_motion[row, :, y, x] = step / [1, 2, 2]
        facing = UPRIGHT
        six, world_six = facing[:, :2].ravel(), (stage.turns[first].T @ stage.turns[frame] @ facing)[:, :2].ravel()
        maps.cam_rot[row, :, y, x] = world_six - six
        params = np.zeros(159)
        params[6:12] = six
        params[12:138] = np.tile(np.eye(3)[:, :2].ravel(), 21)
        maps.mesh[row, :, y, x] = params

    def regress(self, features: Array, cams: Array) -> tuple[Array, Array]:
        return features, cams
