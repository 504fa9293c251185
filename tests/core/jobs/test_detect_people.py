"""The numbered picture of the people there are to choose from."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.cli.progress import Silent
from romp_core.errors import Cancelled
from romp_core.images.annotate import label_people
from romp_core.images.colors import COLORS
from romp_core.jobs.detect_people import detect_people
from romp_core.storage.take_file import load_take
from romp_core.take.settings import CaptureSettings, read_positions
from romp_core.worker.commands import Capture, DetectPeople, Failed, Finished, Started
from tests.core.workers import ended, follow, start

WIDTH, HEIGHT = 480, 480


def first_place(take: Path) -> np.ndarray:
    """Where the demo's person is in the first picture, in shares of it."""
    points = load_take(take).people[0].observations.keypoints2d[0]
    info = load_take(take).footage
    return (points.min(axis=0) + points.max(axis=0)) / 2 / (info.width, info.height)


def test_command_writes_a_picture_and_tells_places(
    demo_clip: Path, demo_take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "Vorschau \u00fc.png"
    assert main(["detect-people", str(demo_clip), "-o", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)
    (one,) = told["people"]
    assert told["image"] == str(out) and told["time"] == 0.0 and one["number"] == 1 and one["confidence"] > 0.5
    assert np.abs(np.array([one["x"], one["y"]]) - first_place(demo_take)).max() < 0.05
    assert read_positions(one["position"]) == [(one["x"], one["y"])]
    picture = cv2.imdecode(np.frombuffer(out.read_bytes(), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    shades = [np.rint(255 * np.array(shade)) for shade in COLORS]
    assert max((np.abs(picture - shade).max(axis=2) < 3).sum() for shade in shades) > 200, "a frame in the color"
    take = tmp_path / "take.npz"
    arguments = ["capture", str(demo_clip), "-o", str(take), "--end", "0.5", "--progress", "none"]
    assert main([*arguments, "--selection", one["position"], "--no-new-people"]) == 0
    assert [person.id for person in load_take(take).people] == [one["id"]]
    assert load_take(take).capture == CaptureSettings(selection=one["position"], new_people=False, end=0.5)
    assert main([*arguments, "--selection", "0.99,0.01"]) == 1
    assert "Nobody is at the selected position 0.9900,0.0100" in capsys.readouterr().err


def test_nobody_at_the_chosen_place_leaves_nothing_behind(demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "take.npz"
    command = Capture(str(demo_clip), str(out), CaptureSettings(selection="0.99,0.01"))
    last = ended(start(command, tmp_path / "log.txt"))
    assert isinstance(last, Failed) and "Nobody is at" in last.sentence and last.take == ""
    assert not list(out.parent.iterdir())


def test_worker_tells_the_same(demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "p" / "x.png"
    events = follow(start(DetectPeople(str(demo_clip), str(out), longest=200), tmp_path / "log.txt"))
    last = events[-1]
    assert isinstance(events[0], Started) and isinstance(last, Finished), last
    assert last.report == "1 person at 0.00 s." and last.result["people"][0]["number"] == 1
    assert max(cv2.imread(str(out)).shape) == 200


def test_people_who_come_late_are_found(demo_clip: Path, tmp_path: Path) -> None:
    reader = cv2.VideoCapture(str(demo_clip))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index in range(24):
        picture = reader.read()[1]
        cv2.imwrite(str(folder / f"{index:02}.png"), picture if index > 2 else np.full_like(picture, 90))
    found = detect_people(str(folder), tmp_path / "x.png", CaptureSettings(), Silent())
    assert len(found.people) == 1 and 3 / 30 <= found.time + 0.01 < 6 / 30


def test_cancelled_before_anybody_is_found(demo_clip: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        detect_people(str(demo_clip), tmp_path / "x.png", CaptureSettings(), Silent(), cancelled=lambda: True)
    assert not list(tmp_path.iterdir())


def test_nobody_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cv2.imwrite(str(tmp_path / "x.png"), np.full((240, 320, 3), 90, np.uint8))
    assert main(["detect-people", str(tmp_path / "x.png"), "-o", str(tmp_path / "out.png")]) == 1
    assert "Nobody was found" in capsys.readouterr().err and not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("shape", [(360, 640, 3), (640, 360, 3), (40, 30, 3)])
def test_numbers_are_large_and_stay_in_the_picture(shape: tuple[int, int, int]) -> None:
    rows, columns = shape[:2]
    image = np.full(shape, 128, np.uint8)
    boxes = np.array([[0, 0, columns * 0.2, rows], [columns * 0.5, rows * 0.4, columns * 0.7, rows * 0.9]])
    picture = label_people(image, boxes, [0, 1])
    assert (image == 128).all() and picture.shape == shape
    for id in (0, 1):
        shade = np.rint(255 * np.array(COLORS[id]))
        colored = np.argwhere(np.abs(picture - shade).max(axis=2) < 3)
        assert len(colored), "every person has their color"
    assert (picture == 0).all(axis=2).any(), "dark outlines"
