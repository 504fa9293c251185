"""The front door: what `import romp_core` offers, that it costs nothing, and that its example works."""

import doctest
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import romp_core
from romp_core.errors import SettingsError
from romp_core.solve.heights import height_of
from tests.core.formats.test_importer import amass
from tests.core.synthetic import make_take

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_of_the_docstring_works(demo_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(demo_clip, "walk.mp4")
    result = doctest.testmod(romp_core, raise_on_error=False)
    assert result.attempted == 7 and result.failed == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["walk.mp4", "walk.npz", "walk_amass.npz"]


def test_every_public_name_is_there() -> None:
    for name in romp_core.__all__:
        assert getattr(romp_core, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'captur'"):
        romp_core.captur  # type: ignore[attr-defined]  # noqa: B018


def test_importing_the_package_loads_nothing() -> None:
    code = "import sys, romp_core; print(sorted(n for n in sys.modules if n == 'numpy' or n.startswith('romp_core.')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_solve_is_a_function_and_a_room_whichever_comes_first() -> None:
    for first in ("romp_core.solve", "import romp_core.solve.pipeline", "from romp_core.solve import quick_pose"):
        code = f"import romp_core; {first}; assert callable(romp_core.solve) and romp_core.solve.solve"
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_solve_changes_nothing_but_what_it_returns(demo_take: Path) -> None:
    take = romp_core.load_take(demo_take)
    taller = romp_core.solve(take, take.solve.changed(height=1.9))
    assert taller.solve.scale.height == 1.9 and take.solve.scale.height == 1.7
    assert taller.id == take.id
    heights = [height_of(each.characters[0].motion) for each in (take, taller)]
    assert heights[1] / heights[0] == pytest.approx(1.9 / 1.7, rel=1e-3)
    with pytest.raises(SettingsError, match="Height is 9"):
        romp_core.solve(take, take.solve.changed(height=9.0))
    with pytest.raises(TypeError, match="no setting 'size'"):
        take.solve.changed(size=2)


def test_a_capture_without_a_file_leaves_none(demo_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stages = []
    settings = romp_core.CaptureSettings(end=0.5)
    take = romp_core.capture(demo_clip, settings=settings, progress=lambda progress: stages.append(progress.stage))
    assert take.solved and len(take.people) == 1
    assert {"capture", "solve"} <= set(stages)
    assert list(tmp_path.iterdir()) == []


def test_takes_are_imported_saved_and_exported(tmp_path: Path) -> None:
    np.savez(tmp_path / "motion.npz", **amass(156))
    take = romp_core.import_take(tmp_path / "motion.npz")
    assert take.solved
    romp_core.save_take(replace(take, solve=take.solve.changed(roll=1.0)), tmp_path / "take.npz")
    assert romp_core.load_take(tmp_path / "take.npz").solve.level.roll == 1.0
    (path,) = romp_core.export_take(make_take(), "joints", tmp_path / "joints.npz")
    assert path.is_file()
