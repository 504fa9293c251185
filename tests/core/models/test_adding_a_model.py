"""docs/adding-a-model.md, followed with the example of tests/statue_model: one folder and one registry line."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.cli.progress import Silent
from romp_core.errors import ModelError, SettingsError
from romp_core.jobs.capture import capture
from romp_core.models import table
from romp_core.models.registry import MODELS, weight_files, weight_store
from romp_core.storage.take_file import load_take
from romp_core.take.settings import CaptureSettings, SolveSettings
from tests.statue_model.card import STATUE

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry line."""
    monkeypatch.setitem(MODELS, STATUE.name, STATUE)


def test_it_is_listed_with_license_files_and_options(added, tmp_path, capsys):
    assert main(["models", "--weights", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "Statue: One person who stands still" in text and "CC0-1.0 (an example)" in text
    assert "statue.txt (Statue weights) is missing" in text and "download statue.txt" in text
    with pytest.raises(SystemExit):
        main(["capture", "--help"])
    assert "--statue-distance" in capsys.readouterr().out
    assert weight_files()["statue.txt"].url == "https://example.org/statue.txt"
    assert "| **Statue** (`statue`): One person who stands still |" in table.table(MODELS.values())


def test_it_captures_the_demo_clip(added, tmp_path, demo_clip):
    store = weight_store(tmp_path / "weights")
    settings = CaptureSettings(model="statue", end=1.0, model_options={"statue_distance": 3.0})
    arguments = str(demo_clip), tmp_path / "take.npz", settings, SolveSettings(), Silent()
    with pytest.raises(ModelError, match=r"statue\.txt"):
        capture(*arguments, store=store)
    store.folder.mkdir()
    (store.folder / "statue.txt").write_text("marble")
    capture(*arguments, store=store)
    take = load_take(tmp_path / "take.npz")
    assert (take.provenance.model, take.provenance.model_license) == ("statue", STATUE.license)
    assert list(take.provenance.weights) == ["statue.txt"]
    (person,) = take.people
    joints = person.motion.joints()
    assert np.ptp(joints, axis=0).max() < 0.01, "it stands still"
    assert np.ptp(joints[0, :, 2]) > 1.4, "and upright"


def test_options_of_other_models_are_refused(added):
    with pytest.raises(SettingsError, match='Statue has no option "flow_rounds"'):
        STATUE.read_options(CaptureSettings(model="statue", model_options={"flow_rounds": 3}))


@pytest.mark.parametrize("card", [*MODELS.values(), STATUE], ids=lambda card: card.name)
def test_cards_are_complete(card):
    assert card.terms.url.startswith("https://") and re.fullmatch(r"\d{4}-\d\d-\d\d", card.terms.checked)
    own = {file.key for file in card.files}
    assert set(card.needs) <= own, "a model brings the files without which it does not run"
    assert all(file.license == card.license for file in card.files)
    assert all(set(each.files) <= own for each in card.checkpoints)
    assert not card.description.endswith(".")


def test_the_table_in_the_docs_is_up_to_date():
    """Else: python -m romp_core.models.table"""
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    assert table.updated(page, MODELS.values()) == page


def test_the_guide_names_what_exists():
    guide = (ROOT / "docs" / "adding-a-model.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:romp_core|tests|docs)/[\w./-]+)`", guide)
    assert len(paths) > 8
    assert not [path for path in paths if not (ROOT / path).exists()]
