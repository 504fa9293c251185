"""The exported camera is the one that filmed: turn, path and lens, in a world with z up."""

from pathlib import Path

import numpy as np
import pytest

from romp_core.formats import export_take
from romp_core.solve import solve
from romp_core.take.background import Background
from romp_core.take.take import Take
from tests.core.filmed import Film
from tests.core.room_points import HEIGHT, WIDTH, footage, path, seen_points, turn_error_deg


def filmed(camera: str, turn: tuple[float, float, float]) -> Take:
    """The project's person in a room; only the room tells of the camera."""
    frames = seen_points(path(turn_deg=turn))
    background = Background.of_frames(frames, max(WIDTH, HEIGHT))
    take = Film().take()
    people = tuple(take.people)
    solve_settings = take.solve.changed(camera=camera, fov=60.0)
    return solve(Take("room", footage(120), people, solve=solve_settings, background=background))


@pytest.mark.parametrize(
    ("camera", "turn", "finding", "turned"),
    [
        ("auto", (2.0, 30.0, 0.0), "turns", 30.0),
        ("track", (2.0, 30.0, 0.0), "turns", 30.0),
        ("static", (2.0, 30.0, 0.0), "static", 0.0),
        ("auto", (0.0, 0.0, 0.0), "still", 0.0),
    ],
)
def test_the_chosen_camera_is_exported(
    camera: str, turn: tuple[float, float, float], finding: str, turned: float, tmp_path: Path
) -> None:
    take = filmed(camera, turn)
    assert take.estimates is not None and take.estimates.camera == finding and take.estimates.camera_origin
    export_take(take, "camera", tmp_path / "camera.npz")
    with np.load(tmp_path / "camera.npz") as file:
        arrays = dict(file)
    assert arrays["Rcw"].shape == (120, 3, 3) and arrays["K"].shape == (120, 3, 3) and arrays["times"].shape == (120,)
    assert np.ptp(arrays["cpos"], axis=0).max() == 0
    assert arrays["K"][0, 0, 0] == pytest.approx(WIDTH / 2 / np.tan(np.radians(30)))
    if turned:
        assert turn_error_deg(arrays["Rcw"], path(turn_deg=turn)) < 0.1
    else:
        assert (arrays["Rcw"] == arrays["Rcw"][0]).all()
