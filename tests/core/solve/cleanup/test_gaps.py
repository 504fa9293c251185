"""What the character does while the person is not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from romp_core.formats.joints import export_joints
from romp_core.geometry.rotations import quat_from_rotvec, quat_multiply
from romp_core.solve import solve
from romp_core.solve.cleanup.gaps_stage import without_gaps
from romp_core.take.sources import HELD, HIDDEN, INFILLED, INTERPOLATED, MEASURED, SOURCES
from romp_core.take.take import FootageInfo, Motion
from tests.core.filmed import Film, pick

TIMES = np.arange(240) / 30
FOOTAGE = FootageInfo("walk.mp4", 640, 480, 30.0, TIMES, np.arange(240, dtype=np.int32))
LEGS = [1, 2, 4, 5, 7, 8, 10, 11]


@pytest.fixture
def walk():
    """A person who walks round a circle, upright, world z up."""
    phase = 2 * np.pi * TIMES
    vectors = np.zeros((240, 24, 3))
    for side, sign in ((0, 1), (1, -1)):
        vectors[:, 1 + side, 0] = -0.5 * sign * np.sin(phase)
        vectors[:, 4 + side, 0] = 0.5 - 0.5 * np.cos(phase + sign)
        vectors[:, 16 + side, 1] = 0.4 * sign * np.sin(phase)
    turn = np.zeros((240, 3))
    turn[:, 2] = 0.8 * TIMES
    rotations = quat_from_rotvec(vectors)
    up = quat_from_rotvec(np.array([np.pi / 2, 0, 0]))
    rotations[:, 0] = quat_multiply(quat_from_rotvec(turn), np.broadcast_to(up, (240, 4)))
    root = np.stack([1.5 * np.cos(0.8 * TIMES), 1.5 * np.sin(0.8 * TIMES), 0.9 + 0.03 * np.cos(2 * phase)], axis=1)
    rest = np.random.default_rng(0).normal(0, 0.2, (24, 3)).astype(np.float32)
    return Motion(
        np.arange(240, dtype=np.int32),
        np.ones(240, bool),
        rotations.astype(np.float32),
        root.astype(np.float32),
        rest - rest[0],
        np.zeros((240, 2), bool),
    )


def lost(start, stop):
    visible = np.ones((240, 24))
    visible[start:stop] = 0
    return visible


def treat(motion, visible, method="infill", footage=FOOTAGE, longest=2.0, decided=()):
    return without_gaps(motion, visible, footage, method, longest, lambda: None, decided)


def away(a, b, rows):
    return np.linalg.norm(a.joints()[rows] - b.joints()[rows], axis=-1).mean()


@pytest.mark.parametrize("length", [15, 30])
@pytest.mark.parametrize("joints", [range(24), LEGS])
def test_a_hole_in_a_walk_is_filled_far_better_than_interpolated(walk, length, joints):
    rows = slice(110, 110 + length)
    visible = np.ones((240, 24))
    visible[rows, list(joints)] = 0
    garbage = np.array(walk.rotations)
    garbage[rows, list(joints)] = [1, 0, 0, 0]
    filled = treat(replace(walk, rotations=garbage), visible)
    share = ((np.arange(length) + 1) / (length + 1))[:, None, None]
    ends = walk.joints()[[109, 110 + length]]
    linear = np.linalg.norm(ends[0] * (1 - share) + ends[1] * share - walk.joints()[rows], axis=-1)
    moved = np.linalg.norm(linear, axis=0) > 0
    assert away(filled, walk, rows) < 0.6 * linear[:, moved].mean()
    cells = np.zeros((240, 24), bool)
    cells[rows, list(joints)] = True
    np.testing.assert_array_equal(filled.source == INFILLED, cells)
    np.testing.assert_array_equal(filled.rotations[~cells], walk.rotations[~cells])
    assert (filled.confidence[cells] < 1).all() and (filled.confidence[~cells] == 1).all()
    assert filled.valid.all()


def test_longer_gaps_hide_the_body(walk):
    walk = replace(walk, valid=lost(100, 170)[:, 0] > 0)
    filled = treat(walk, lost(100, 170))
    np.testing.assert_array_equal(filled.valid, (np.arange(240) < 100) | (np.arange(240) >= 170))
    assert (filled.source[100:170] == HIDDEN).all() and (filled.confidence[100:170] == 0).all()
    assert treat(walk, lost(100, 170), longest=2.5).valid.all()


def test_hold_hide_and_interpolate(walk):
    held = treat(walk, lost(100, 120), "hold")
    assert held.valid.all() and (held.source[100:120] == HELD).all()
    np.testing.assert_array_equal(held.rotations[100:120], np.repeat(walk.rotations[99:100], 20, axis=0))
    hidden = treat(walk, lost(100, 120), "hide")
    assert not hidden.valid[100:120].any() and (hidden.source[100:120] == HIDDEN).all()
    between = treat(walk, lost(100, 120), "interpolate")
    assert between.valid.all() and (between.source[100:120] == INTERPOLATED).all()
    assert between.confidence[110].max() < between.confidence[101].max() < 1
    assert (between.source[:100] == MEASURED).all()


def test_nothing_is_filled_across_a_cut_or_at_the_ends(walk):
    cut = replace(FOOTAGE, cuts=(110,))
    unknown = replace(walk, valid=lost(100, 120)[:, 0] > 0)
    assert not treat(unknown, lost(100, 120), footage=cut).valid[100:120].any()
    unknown = replace(walk, valid=lost(0, 20)[:, 0] > 0)
    assert not treat(unknown, lost(0, 20)).valid[:20].any()


def test_feet_that_stand_on_both_sides_stand_meanwhile(walk):
    still = replace(
        walk, rotations=np.repeat(walk.rotations[:1], 240, axis=0), root=np.repeat(walk.root[:1], 240, axis=0)
    )
    contacts = np.ones((240, 2), bool)
    contacts[100:130] = False
    contacts[130:, 1] = False
    filled = treat(replace(still, contacts=contacts), lost(100, 130))
    assert filled.contacts[:, 0].all() and not filled.contacts[100:, 1].any()


def test_irregular_times_are_filled_by_true_time(walk):
    times = TIMES + 0.012 * np.sin(np.arange(240))
    kept = np.setdiff1d(np.arange(240), np.arange(20, 200, 9))
    some = replace(walk, frame_index=np.arange(len(kept), dtype=np.int32), valid=walk.valid[kept],
                   rotations=walk.rotations[kept], root=walk.root[kept], contacts=walk.contacts[kept])  # fmt: skip
    footage = replace(FOOTAGE, times=times[kept], source_frames=kept.astype(np.int32))
    visible = np.ones((len(kept), 24))
    visible[100:115] = 0
    assert away(treat(some, visible, footage=footage), some, slice(100, 115)) < 0.06


def test_a_solved_take_says_where_every_joint_is_from(tmp_path):
    film = Film()
    seen = pick(film.observations, np.setdiff1d(np.arange(120), np.arange(50, 80)))
    take = solve(film.take(seen), rest_joints=film.skeleton)
    motion = take.people[0].motion
    assert motion.valid.all()
    export_joints(take, tmp_path / "joints.npz")
    file = np.load(tmp_path / "joints.npz")
    assert tuple(file["source_names"]) == SOURCES
    assert (file["source_0"][50:80] == SOURCES.index("infilled")).all()
    assert (file["source_0"][:50] == SOURCES.index("measured")).all()
    assert file["confidence_0"].shape == (120, 24) and (file["confidence_0"][50:80] < 1).all()


@pytest.mark.parametrize("method", ["infill", "hold"])
def test_a_decision_is_about_one_gap_and_the_others_stay_as_set(walk, method):
    """Three gaps, the first two decided; the limb that is not seen is filled in only where gaps are."""
    visible = np.minimum(lost(40, 60), lost(100, 120)) * lost(160, 180)
    visible[200:206, LEGS] = 0
    walk = replace(walk, valid=(visible > 0).any(axis=1))
    as_set = treat(walk, visible, method)
    sources = {"hold": HELD, "interpolate": INTERPOLATED, "infill": INFILLED, "hide": HIDDEN}
    for decision in ("interpolate", "hide", "hold" if method == "infill" else "infill"):
        source = sources[decision]
        mixed = treat(walk, visible, method, decided=[(1.5, decision), (3.5, decision)])
        for gap in (slice(40, 60), slice(100, 120)):
            assert (mixed.source[gap] == source).all()
            assert (mixed.valid[gap] == (decision != "hide")).all()
        np.testing.assert_array_equal(mixed.source[120:], as_set.source[120:])
        np.testing.assert_array_equal(mixed.valid[120:], as_set.valid[120:])
        seen = visible[:200].any(axis=1)
        np.testing.assert_array_equal(mixed.rotations[:200][seen], walk.rotations[:200][seen])


def test_what_was_decided_for_a_gap_is_done(walk):
    """Held still; on a straight way; as the walk goes on; and all of it however long the gap is."""
    unknown = replace(walk, valid=lost(90, 150)[:, 0] > 0)
    held = treat(unknown, lost(90, 150), longest=1.0, decided=[(4.0, "hide"), (4.0, "hold")])
    np.testing.assert_array_equal(held.root[90:150], np.repeat(walk.root[89:90], 60, axis=0))
    straight = treat(unknown, lost(90, 150), decided=[(4.0, "interpolate")])
    middle = (walk.root[89] + walk.root[150]) / 2
    np.testing.assert_allclose((straight.root[119] + straight.root[120]) / 2, middle, atol=1e-5)
    assert straight.confidence[120].max() < straight.confidence[91].max() < 1
    filled = treat(unknown, lost(90, 150), "hide", longest=1.0, decided=[(4.0, "infill")])
    assert away(filled, walk, slice(90, 150)) < 0.6 * away(straight, walk, slice(90, 150))


def test_a_decision_neither_crosses_a_cut_nor_has_a_pose_at_the_end(walk):
    cut = replace(FOOTAGE, cuts=(110,))
    unknown = replace(walk, valid=lost(100, 120)[:, 0] > 0)
    for decision in ("infill", "interpolate"):
        assert not treat(unknown, lost(100, 120), footage=cut, decided=[(3.5, decision)]).valid[100:120].any()
    assert treat(unknown, lost(100, 120), footage=cut, decided=[(3.5, "hold")]).valid.all()
    assert (treat(walk, lost(100, 120), decided=[(5.0, "hide")]).source[100:120] == INFILLED).all()
