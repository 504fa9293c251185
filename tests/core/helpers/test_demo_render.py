"""What the software renderer says is in front, and how much of something is seen."""

import numpy as np
import pytest

from benchmarks.twin_rooms import box
from benchmarks.twin_truth import joints_seen
from tests.data.demo_render import Camera, Studio

CAMERA = Camera.looking((0.0, 1.0, 4.0), (0.0, 1.0, 0.0), (160, 90), np.radians(60))


def drawn(*corners):
    """A studio with boxes between pairs of corners, their vertices, and the drawing."""
    boxes = [box(np.random.default_rng(0), low, high) for low, high in corners]
    studio = Studio(CAMERA, [surface for surface, _ in boxes])
    meshes = [mesh for _, mesh in boxes]
    return studio, meshes, studio.draw(meshes)


@pytest.mark.parametrize("right, share", [(-1.2, 1.0), (0.0, 0.5), (1.2, 0.0)])
def test_share_counts_what_others_hide(right, share):
    thin = 0.002
    studio, meshes, drawing = drawn(
        ((-0.5, 0.6, 0.0), (0.5, 1.4, thin)), ((-1.3, 0.4, 0.01), (right, 1.6, 0.01 + thin))
    )
    assert studio.visible_share(0, meshes[0], drawing) == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("middle, share", [(0.0, 1.0), (2.31, 0.5), (5.0, 0.0), (40.0, 0.0)])
def test_share_counts_what_lies_outside_the_image(middle, share):
    # The image of 60 degrees ends 2.31 m to the side at 4 m.
    studio, meshes, drawing = drawn(((middle - 0.5, 0.6, -0.002), (middle + 0.5, 1.4, 0.0)))
    assert studio.visible_share(0, meshes[0], drawing) == pytest.approx(share, abs=0.03)


def test_nearer_surface_is_in_front_and_hides_joints_behind_it():
    _, _, drawing = drawn(((-0.5, 0.6, 0.0), (0.5, 1.4, 0.1)), ((-0.9, 0.4, 1.0), (0.0, 1.6, 1.1)))
    points = np.array([[-0.3, 1.0, 0.05], [0.3, 1.0, 0.05], [-0.3, 1.0, 1.5], [3.5, 1.0, 0.0]])
    pixels, depths = CAMERA.project(points)
    column, row = np.floor(pixels[:3] * 2).astype(int).T
    assert drawing.owner[row, column].tolist() == [1, 0, 1]
    np.testing.assert_allclose(drawing.depth[row, column], [2.9, 3.9, 2.9], atol=0.02)
    assert joints_seen(pixels, depths, 0, drawing).tolist() == [False, True, True, False]


def test_rolled_camera_turns_the_image_about_its_middle():
    rolled = Camera.looking(CAMERA.position, (0.0, 1.0, 0.0), (160, 90), np.radians(60), np.radians(10))
    above, _ = rolled.project(np.array([0.0, 1.5, 0.0]))
    level, _ = CAMERA.project(np.array([0.0, 1.5, 0.0]))
    away, upright = above - [80, 45], level - [80, 45]
    assert np.linalg.norm(away) == pytest.approx(np.linalg.norm(upright))
    assert np.degrees(np.arctan2(away[0], -away[1])) == pytest.approx(-10, abs=1e-6)
    assert np.linalg.det(rolled.rotation) == pytest.approx(1)
