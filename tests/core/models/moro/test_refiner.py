"""A long track in clips: every frame once and in order, and never more in memory than a clip needs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from romp_core.geometry.projection import Pinhole
from romp_core.models.moro.boxes import Track
from romp_core.models.moro.clips import LENGTH
from romp_core.models.moro.connections import token_shares
from romp_core.models.moro.generation import ROUNDS
from romp_core.models.moro.refiner import Poses, TrackRefiner
from tests.moro_formula import toy_connections

COUNT = 300


class Model:
    """Its features are the gray of a crop, and its poses stand where the features say."""

    def __init__(self):
        self.lengths = []

    def features(self, crops):
        return crops[:, 128, 128, :2].astype(np.float64)

    def poses(self, features, boxes, listener):
        self.lengths.append(len(features))
        for _ in range(ROUNDS):
            listener()
        root = np.concatenate([features, boxes[:, :1]], axis=1)
        count = len(features)
        still = np.tile([1.0, 0, 0, 0], (count, 24, 1))
        return Poses(still, root, np.zeros((count, 24, 3)), np.ones((count, 24)))


def run(rows, left_out=()):
    """Roots of a track; frame n is gray by the digits of n."""
    model, work = Model(), []
    boxes = np.tile([10.0, 10, 0.05], (COUNT, 1))
    track = Track(rows, rows / 30, boxes)
    refiner = TrackRefiner(model, track, Pinhole(20.0, np.array([10.0, 10])), work.append)
    amount, most = refiner.amount, 0
    for row in rows.tolist():
        if row not in left_out:
            refiner.see(row, np.tile(np.array([row // 100, row % 100, 0], np.uint8), (20, 20, 1)))
        held = SimpleNamespace(**vars(refiner))
        most = max(most, len(held._crops) + len(held._features))
    poses = refiner.poses()
    assert most <= LENGTH
    return poses, model, amount, sum(work)


def test_every_frame_has_its_own_pose():
    rows = np.arange(40, 40 + COUNT)
    poses, model, amount, work = run(rows)
    np.testing.assert_array_equal(poses.root[:, 0] * 100 + poses.root[:, 1], rows)
    assert model.lengths == [LENGTH] * 3
    assert work == pytest.approx(amount)


def test_frames_that_the_footage_lacks_are_as_their_neighbors():
    poses, *_ = run(np.arange(COUNT), left_out={50, 51, COUNT - 1})
    found = poses.root[:, 0] * 100 + poses.root[:, 1]
    assert found[49:53].tolist() == [49, 49, 52, 52] and found[-1] == COUNT - 2


def test_tokens_reach_vertices_through_the_layers_that_unpool():
    near = toy_connections()
    weights = {
        f"vqvae.fully_conv_ae.p_neighbors{layer}": np.random.default_rng(layer).normal(size=near[layer].shape)
        for layer in (8, 10, 12)
    }
    shares = token_shares(near, weights, 8)
    assert shares.shape == (60, 8)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    tokens = np.random.default_rng(0).normal(size=(8, 1))
    values = tokens
    for layer in (8, 10, 12):
        amount = np.abs(weights[f"vqvae.fully_conv_ae.p_neighbors{layer}"])
        reached = []
        for ids, each in zip(near[layer], amount, strict=True):
            real = ids < len(values)
            reached.append(each[real] @ values[ids[real]] / each[real].sum())
        values = np.array(reached)
    np.testing.assert_allclose(shares @ tokens, values, atol=1e-6)
