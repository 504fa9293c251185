"""Solves obey the edits: people who were put together or apart, and contacts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from romp_core.geometry.skeleton import JOINT
from romp_core.solve import SolveCache, solve
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.edits import ContactEdit, Edits, GapEdit, Merge, Split
from romp_core.take.sources import HELD, HIDDEN
from tests.core.filmed import Film, noisy
from tests.core.solve.test_stages import NAMES, assert_alike, ran

__all__ = ["ran"]


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


def test_who_was_split_has_two_motions_that_are_saved_and_one_when_undone(film: Film, tmp_path: Path) -> None:
    take = film.take()
    whole = solve(take, rest_joints=film.skeleton)
    at = float(film.truth.times[60])
    edits = take.edits.with_operation(Split(1, at, 2), take.people, take.footage.times)
    split = load_take(save_take(solve(replace(take, edits=edits), rest_joints=film.skeleton), tmp_path / "t.npz"))
    assert [(each.id, each.name) for each in split.characters] == [(1, "Person 1"), (2, "Person 2")]
    first, second = (each.motion for each in split.characters)
    assert first.frame_index[-1] == 59 and second.frame_index[0] == 60
    joints = whole.characters[0].motion.joints()
    off = np.linalg.norm(np.concatenate([first.joints(), second.joints()]) - joints, axis=-1)
    assert off.mean() < 0.02, "each half moves as the whole did"
    back = split.edits.with_operation(Merge(1, 2), take.people, take.footage.times)
    merged = solve(replace(split, edits=back), rest_joints=film.skeleton)
    np.testing.assert_array_equal(merged.characters[0].motion.joints(), joints)
    assert solve(replace(split, edits=Edits()), rest_joints=film.skeleton).made_motions == {}


def test_other_identities_are_solved_anew_and_other_contacts_are_not(film: Film, ran: list[str]) -> None:
    take, cache = film.take(), SolveCache()
    first = solve(take, rest_joints=film.skeleton, cache=cache)
    times = take.footage.times
    contact = take.edits.with_contact(ContactEdit(1, "left", times[20], times[70]), take.people, times)
    ran.clear()
    edited = solve(replace(first, edits=contact), rest_joints=film.skeleton, cache=cache)
    assert ran == NAMES[NAMES.index("contacts") :]
    assert_alike(edited, solve(replace(take, edits=contact), rest_joints=film.skeleton))
    ran.clear()
    split = take.edits.with_operation(Split(1, times[60], 2), take.people, times)
    assert len(solve(replace(first, edits=split), rest_joints=film.skeleton, cache=cache).characters) == 2
    assert ran == NAMES


@pytest.mark.parametrize("automatic", [True, False])
def test_contacts_are_obeyed_and_the_last_word_counts(film: Film, automatic: bool) -> None:
    take = film.take()
    take = replace(take, solve=take.solve.changed(contacts=automatic))
    times = take.footage.times
    edits = take.edits
    for contact in (
        ContactEdit(1, "left", times[20], times[70]),
        ContactEdit(1, "right", times[20], times[70], stands=False),
        ContactEdit(1, "left", times[60], times[90], stands=False),
    ):
        edits = edits.with_contact(contact, take.people, times)
    before = solve(take, rest_joints=film.skeleton).characters[0].motion.contacts
    after = solve(replace(take, edits=edits), rest_joints=film.skeleton).characters[0].motion.contacts
    assert after[20:60, 0].all() and not after[60:91, 0].any() and not after[20:71, 1].any()
    np.testing.assert_array_equal(after[91:], before[91:])


def test_a_foot_that_stands_by_decision_is_held_still_with_its_heel(film: Film) -> None:
    take = film.take(noisy(film.observations, 2.0, 0.03))
    times = take.footage.times
    edits = take.edits.with_contact(ContactEdit(1, "left", times[20], times[70]), take.people, times)
    motion = solve(replace(take, edits=edits), rest_joints=film.skeleton).characters[0].motion
    foot = motion.joints()[20:71, [JOINT["left_ankle"], JOINT["left_foot"]]]
    speed = np.linalg.norm(np.diff(foot, axis=0), axis=-1) / np.diff(times[20:71])[:, None]
    assert speed[:, 1].max() < 0.005
    assert np.median(speed[:, 0]) < 0.005, "the heel is still as well, but where it is clearly lifted"


def test_one_gap_is_held_and_another_one_hidden(film: Film, ran: list[str]) -> None:
    """Decided gap by gap, after the fit; what is seen stays."""
    take, cache = film.take(film.rows([*range(30), *range(40, 60), *range(75, 120)])), SolveCache()
    first = solve(take, rest_joints=film.skeleton, cache=cache)
    edits, times = take.edits, take.footage.times
    for second, decision in ((times[35], "hold"), (times[65], "hide")):
        edits = edits.with_gap(GapEdit(1, second, decision), take.people, times)
    ran.clear()
    motion = solve(replace(first, edits=edits), rest_joints=film.skeleton, cache=cache).characters[0].motion
    assert "refine" not in ran and "gaps" in ran
    assert (motion.source[30:40] == HELD).all() and (motion.source[60:75] == HIDDEN).all()
    assert motion.valid[:60].all() and not motion.valid[60:75].any()
    away = np.linalg.norm(motion.joints()[30:40] - motion.joints()[29], axis=-1)
    assert away[:, JOINT["head"]].max() < 0.01
    before = first.characters[0].motion
    seen = [*range(25), *range(45, 55), *range(80, 120)]
    np.testing.assert_allclose(motion.joints()[seen], before.joints()[seen], atol=0.03)
