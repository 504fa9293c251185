"""The loop of models that read frames as a whole, with a model that reads people from painted pixels."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from romp_core.models.common.frame_estimator import FrameDetections, FrameEstimator
from romp_core.models.romp.estimator import Romp
from romp_core.take.observations import Frame
from romp_core.take.take import FootageInfo
from romp_core.tracking.space_tracker import SpaceTracker
from romp_core.typing import Array

WIDTH, HEIGHT = 64, 48


class Painted:
    """Detects one person per colored column of the first row: position by column, depth by the red channel."""

    provider, remark = "CPUExecutionProvider", ""

    def __init__(self, batch: int = 1) -> None:
        self.batch = batch
        self.batches: list[int] = []
        self.threads: set[str] = set()

    def prepare(self, images: list[Array]) -> list[Array]:
        self.batches.append(len(images))
        return [image[0].astype(np.float32) for image in images]

    def infer(self, inputs: list[Array]) -> list[Array]:
        self.threads.add(threading.current_thread().name)
        return inputs

    def decode(self, inputs: list[Array], maps: list[Array]) -> list[FrameDetections]:
        return [seen(np.flatnonzero(row[:, 0]), row[row[:, 0] > 0, 0] / 10) for row in maps]


def seen(columns: Array, depth: Array) -> FrameDetections:
    count = len(columns)
    rotations = np.zeros((count, 24, 4))
    rotations[..., 0] = 1
    root = np.stack([columns / 10, np.zeros(count), depth], axis=1)
    x = columns / WIDTH * 2 - 1
    return FrameDetections(
        confidence=np.full(count, 1.2),
        cams=np.stack([1.7 / np.maximum(depth, 0.1), np.zeros(count), x], axis=1),
        rotations=rotations,
        betas=np.zeros((count, 10)),
        root=root,
        rest_joints=np.zeros((count, 24, 3)),
        joints=np.zeros((count, 24, 3)),
        pixels=np.stack([np.full((count, 24), -1.0), np.full((count, 24), 5.0)], axis=-1),
    )


def frames(people: list[dict[int, int]]) -> Iterator[Frame]:
    """One frame per entry: {column: red}."""
    for index, painted in enumerate(people):
        image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        for column, red in painted.items():
            image[0, column] = (red, 0, 0)
        yield Frame(index, index / 25, image)


def estimator(model: Painted, people: int = 0) -> FrameEstimator:
    footage = FootageInfo("", WIDTH, HEIGHT, 25.0, np.zeros(0), np.zeros(0, np.int32))
    return FrameEstimator(model, footage, SpaceTracker(), people)


@pytest.mark.parametrize("provider", ["CPUExecutionProvider", "CUDAExecutionProvider"])
@pytest.mark.parametrize("batch", [1, 3])
def test_every_frame_gives_people_in_order(batch, provider):
    model = Painted(batch)
    model.provider = provider
    given = [{10: 40}, {}, {11: 40, 40: 60}, {12: 40, 41: 60}, {13: 40, 42: 60}, {14: 40}, {15: 40}]
    result = list(estimator(model).run(frames(given)))
    assert len(result) == 7
    assert [len(people) for people in result] == [1, 0, 2, 2, 2, 1, 1]
    assert model.batches == ([1] * 7 if batch == 1 else [3, 3, 1])
    assert len({int(people.ids[0]) for people in result if len(people)}) == 1
    for people in result:
        assert len(set(people.ids.tolist())) == len(people) and people.ids.dtype == np.int32
        assert people.rotations.shape == (len(people), 24, 4) and people.root.shape == (len(people), 3)
        assert (people.confidence <= 1).all() and not people.visibility.any()  # all left of the image
        assert {array.dtype.name for array in (people.keypoints2d, people.keypoints3d, people.betas)} == {"float32"}


def test_the_nearest_are_kept_and_do_not_flicker():
    near, far = 20, 50
    given = [{near: 40, far: 50}] * 3 + [{near: 50, far: 45}] * 3 + [{near: 50, far: 30}] * 3
    result = list(estimator(Painted(), people=1).run(frames(given)))
    columns = [round(float(people.root[0, 0]) * 10) for people in result]
    assert columns == [near] * 6 + [far] * 3  # one who is a little nearer does not take the place


def test_impossible_people_are_left_out():
    class Broken(Painted):
        def decode(self, inputs, maps):
            several = seen(np.array([10, 20, 30]), np.array([4.0, -1.0, 5.0]))
            several.betas[2, 3] = np.nan
            return [several for _ in maps]

    (people,) = estimator(Broken()).run(frames([{}]))
    assert people.root[:, 2].tolist() == [4.0]


def test_a_cut_starts_new_people():
    dark = list(frames([{10: 40}] * 12))
    bright = [Frame(12 + i, (12 + i) / 25, np.maximum(frame.image, 255 * (np.arange(HEIGHT) > 0)[:, None, None]))
              for i, frame in enumerate(dark)]  # fmt: skip
    bright = [Frame(frame.source_frame, frame.time, frame.image.astype(np.uint8)) for frame in bright]
    result = list(estimator(Painted(4)).run(dark + bright))
    assert [index for index, people in enumerate(result) if people.cut] == [12]
    assert len(result) == 24


def test_errors_of_footage_and_network_reach_the_caller():
    def broken():
        yield from frames([{10: 40}] * 2)
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        list(estimator(Painted()).run(broken()))

    class Failing(Painted):
        def infer(self, inputs):
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        list(estimator(Failing()).run(frames([{10: 40}])))


@pytest.mark.parametrize(("provider", "most"), [("CPUExecutionProvider", 6), ("CUDAExecutionProvider", 8)])
def test_little_is_read_ahead_and_nothing_runs_on_after_the_end(provider, most):
    pulled = []

    def endless():
        for frame in frames([{10: 40}] * 10_000):
            pulled.append(frame.source_frame)
            yield frame

    before = threading.active_count()
    model = Painted(2)
    model.provider = provider
    run = estimator(model).run(endless())
    next(run)
    run.close()
    assert len(pulled) <= most
    assert threading.active_count() == before
    assert threading.current_thread().name not in model.threads  # the network has a thread of its own


class Blind:
    """ROMP's network where nobody is."""

    provider, remark, batch = "CPUExecutionProvider", "", 2

    def __call__(self, squares: Array) -> tuple[Array, Array]:
        return np.zeros((2, 1, 64, 64), np.float32), np.zeros((2, 145, 64, 64), np.float32)


def test_romp_goes_on_where_nobody_is():
    result = list(estimator(Romp(Blind())).run(frames([{}] * 3)))
    assert len(result) == 3
    assert all(people.rotations.shape == (0, 24, 4) and people.betas.shape == (0, 10) for people in result)
