"""What is made once per session: the project's own clip as a take, and weight and body files by formula."""

from pathlib import Path

import pytest
from hypothesis import settings

from romp_core.cli.main import main
from tests.formula import formula_state_dict, save_torch_zip
from tests.toy_body import write_packed_bodies

# The same examples on every run, and no limit of time: a busy machine is no failure.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

DEMO = Path(__file__).resolve().parents[1] / "data" / "demo.mp4"


@pytest.fixture(scope="session")
def demo_clip() -> Path:
    """A rendered person on film."""
    return DEMO


@pytest.fixture(scope="session")
def demo_take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The take of the demo clip, solved with the true height and field of view."""
    out = tmp_path_factory.mktemp("demo") / "take.npz"
    assert main(["capture", str(DEMO), "-o", str(out), "--progress", "none"]) == 0
    return out


@pytest.fixture(scope="session")
def romp_checkpoint(golden: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ROMP.pkl with the golden set's formula weights."""
    path = tmp_path_factory.mktemp("romp") / "ROMP.pkl"
    save_torch_zip(formula_state_dict(golden / "romp"), path)
    return path


@pytest.fixture(scope="session")
def toy_bodies(golden: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of toy SMPL, SMPL-A and SMIL files as simple-romp packs them."""
    folder = tmp_path_factory.mktemp("bodies")
    write_packed_bodies(folder, golden / "romp")
    return folder
