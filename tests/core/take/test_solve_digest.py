"""A motion knows what it was solved for: settings, heights and edits, in the precision that Blender keeps."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from romp_core.solve import solve
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.edits import Edits, PersonEdit
from romp_core.take.settings import SolveSettings
from romp_core.take.solve_digest import digest_of, solve_digest
from tests.core.synthetic import make_take

PLAIN = solve_digest(SolveSettings(), {1: None, 2: None}, Edits())
REMOVED = Edits(people={2: PersonEdit(removed=True)})


@pytest.mark.parametrize(
    ("settings", "heights", "edits"),
    [
        (SolveSettings().changed(strength=0.4), {}, Edits()),
        (SolveSettings().changed(contacts=False), {}, Edits()),
        (SolveSettings(), {1: 1.5}, Edits()),
        (SolveSettings(), {2: 1.5}, Edits()),
        (SolveSettings(), {}, REMOVED),
        (SolveSettings(), {}, Edits(trim=(0.5, 2.0))),
    ],
)
def test_what_changes_a_motion_changes_the_digest(
    settings: SolveSettings, heights: dict[int, float], edits: Edits
) -> None:
    assert solve_digest(settings, heights, edits) != PLAIN


@pytest.mark.parametrize(
    ("heights", "edits"),
    [({1: 0.0}, Edits()), ({}, Edits(people={1: PersonEdit("Alice")})), ({1: None}, Edits(people={1: PersonEdit()}))],
)
def test_what_changes_no_motion_does_not(heights: dict[int, float | None], edits: Edits) -> None:
    assert solve_digest(SolveSettings(), heights, edits) == PLAIN


def test_single_and_double_precision_are_the_same() -> None:
    single = float(np.float32(1.83))
    assert solve_digest(SolveSettings().changed(height=1.83), {1: 1.62}, Edits(trim=(0.1, 2.3))) == solve_digest(
        SolveSettings().changed(height=single), {1: float(np.float32(1.62))}, Edits(trim=(0.1, float(np.float32(2.3))))
    )


def test_the_height_of_somebody_removed_does_not_count() -> None:
    assert solve_digest(SolveSettings(), {2: 1.5}, REMOVED) == solve_digest(SolveSettings(), {}, REMOVED)


def test_a_solve_notes_what_it_was_for_and_later_edits_do_not_change_that(tmp_path: Path) -> None:
    solved = solve(make_take())
    assert solved.solved_for == digest_of(solved)
    changed = replace(solved, solve=solved.solve.changed(height=1.5))
    back = load_take(save_take(changed, tmp_path / "take.npz"))
    assert back.solved_for == solved.solved_for != digest_of(back)
    assert load_take(save_take(replace(make_take(), camera=None), tmp_path / "raw.npz")).solved_for == ""


def test_files_of_earlier_versions_count_as_solved_for_what_they_say(tmp_path: Path) -> None:
    solved = solve(make_take())
    path = save_take(solved, tmp_path / "take.npz")
    with np.load(path) as file:
        arrays = dict(file)
    meta = json.loads(arrays["meta"].tobytes())
    del meta["solved_for"]
    np.savez(path, **{**arrays, "meta": np.frombuffer(json.dumps(meta).encode(), np.uint8)})
    assert load_take(path).solved_for == digest_of(solved)
