"""The project's own clip, captured once per session through the command line."""

from pathlib import Path

import pytest

from romp_core.cli import main

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
