"""The video beside results is their footage: its size and rate, and the background in Blender."""

import shutil
from pathlib import Path

import pytest

from romp_core.formats import import_results
from romp_core.formats.source_images import footage_beside
from tests.core.formats import tool_files
from tests.core.formats.tool_files import filmed

CLIP = Path(__file__).parents[2] / "data" / "demo.mp4"


@pytest.mark.parametrize("name", ["0_input_video.mp4", "wham_output.mp4", "holiday.mp4"])
def test_the_footage_is_found(name: str, tmp_path: Path) -> None:
    video = tmp_path / name
    shutil.copy(clip(), video)
    found = footage_beside(tmp_path / "wham_output.pkl", 10)
    assert found is not None and found.path == video and found.fps > 0


def clip() -> Path:
    found = sorted(CLIP.parent.glob("*.mp4"))
    if not found:
        pytest.skip("there is no clip in tests/data")
    return found[0]


def test_renderings_and_several_videos_are_not(tmp_path: Path) -> None:
    shutil.copy(clip(), tmp_path / "output.mp4")
    assert footage_beside(tmp_path / "wham_output.pkl", 10) is None
    for name in ("a.mp4", "b.mp4"):
        shutil.copy(clip(), tmp_path / name)
    assert footage_beside(tmp_path / "wham_output.pkl", 10) is None
    shutil.copy(clip(), tmp_path / "wham_output.mp4")
    assert footage_beside(tmp_path / "wham_output.pkl", 1_000_000) is None  # shorter than the results


def test_its_rate_and_size_are_those_of_the_take(tmp_path: Path) -> None:
    path = tool_files.wham(tmp_path, [filmed()])
    shutil.copy(clip(), tmp_path / "walk.mp4")
    found = footage_beside(path, 1)
    assert found is not None
    take = import_results(path)
    if take.footage.path == str(found.path):  # long enough
        assert (take.footage.width, take.footage.height) == (found.width, found.height)
        assert take.footage.fps == pytest.approx(found.fps) and "frame rate" not in take.provenance.remark
    assert import_results(path, fps=12.5).footage.fps == 12.5
