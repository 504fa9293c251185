"""A camera that moves: what a model like TRACE tells of people in two spaces becomes one world and a camera in it."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.geometry.projection import focal_from_fov, project
from romp_core.geometry.rotations import (
    angle_between,
    matrix_from_rotvec,
    quat_from_matrix,
    quat_from_rotvec,
    quat_multiply,
)
from romp_core.geometry.skeleton import forward_kinematics
from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST
from romp_core.solve import solve
from romp_core.take.observations import Observations
from romp_core.take.settings import SolveSettings, from_mapping
from romp_core.take.take import FootageInfo, Person, Take, joints_camera
from tests.core.filmed import CLIP

WIDTH, HEIGHT, FPS, FOV = 1280, 720, 30.0, 60.0
CENTER = np.array([WIDTH, HEIGHT]) / 2
TO_WORLD = WORLD_FROM_SMPL_REST  # the clip's y-up world to z-up
FOCAL = focal_from_fov(np.radians(FOV), WIDTH)


def camera_at(times: np.ndarray, still: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A hand-held camera that pans by 50 degrees and moves 2.5 m: matrices camera -> z-up world, and places."""
    share = 0 * times if still else times / times[-1]
    yaw = np.radians(-25 + 50 * (3 * share**2 - 2 * share**3)) if not still else 0 * times
    sway = np.zeros_like(times) if still else np.radians(1.5) * np.sin(2 * np.pi * 0.4 * times)
    level = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    turn = matrix_from_rotvec(np.stack([0 * yaw, 0 * yaw, -yaw], axis=-1))
    pitch = matrix_from_rotvec(np.stack([-np.radians(6) + sway, 0 * sway, 0 * sway], axis=-1))
    rotation = turn @ level @ pitch
    place = np.stack([-2.0 + 2.2 * share, -4.5 + 1.0 * share, 1.5 + 0.15 * np.sin(2 * np.pi * 0.3 * times)], axis=-1)
    return rotation, place if not still else np.broadcast_to([0.0, -4.5, 1.5], place.shape)


class Scene:
    """The project's own clip's person, several times, before another camera, as TRACE tells of them."""

    def __init__(self, starts=(0.0,), noise_deg=0.0, noise_m=0.0, still=False, visible=None, seed=3):
        rng = np.random.default_rng(seed)
        with np.load(CLIP.with_suffix(".npz")) as archive:
            self.rest, rotvec, joints = (
                archive["JT"][0].astype(float),
                archive["poses"][0].astype(float),
                archive["joints"][0].astype(float),
            )
            self.height = float(archive["height"][0])
        count = len(rotvec)
        self.times = np.arange(count) / FPS
        self.rotation, self.place = camera_at(self.times, still)
        self.people, self.roots = [], []
        for index, x in enumerate(starts):
            rows = np.arange(count) if visible is None else np.flatnonzero(visible[index])
            local = quat_from_rotvec(rotvec[rows])
            world = quat_multiply(quat_from_matrix(TO_WORLD), local[:, 0])
            root = joints[rows, 0] @ TO_WORLD.T + [x, 0.4 * index, 0]
            self.roots.append(root)
            back = np.swapaxes(self.rotation[rows], -1, -2)
            in_camera = quat_multiply(quat_from_matrix(back), world)
            at = np.einsum("tij,tj->ti", back, root - self.place[rows])

            def shaken(q):
                return quat_multiply(quat_from_rotvec(rng.normal(0, np.radians(noise_deg), (len(q), 3))), q)

            first, origin = self.rotation[rows[0]], self.place[rows[0]]  # where the person appears
            local[:, 0] = in_camera
            points = forward_kinematics(local, at, self.rest)[0]
            noisy = local.copy()
            noisy[:, 0] = shaken(in_camera)
            ones = np.ones((len(rows), 24), np.float32)
            self.people.append(
                Observations(
                    frame_index=rows.astype(np.int32),
                    confidence=ones[:, 0],
                    keypoints2d=project(points, FOCAL, CENTER).astype(np.float32),
                    visibility=ones,
                    keypoints3d=(points - points[:, :1]).astype(np.float32),
                    rotations=noisy.astype(np.float32),
                    betas=np.zeros((len(rows), 10), np.float32),
                    root=(at + rng.normal(0, noise_m, at.shape)).astype(np.float32),
                    rest_joints=np.broadcast_to(self.rest, (len(rows), 24, 3)).astype(np.float32),
                    world_rotation=shaken(quat_multiply(quat_from_matrix(first.T), world)).astype(np.float32),
                    world_root=((root - origin) @ first + rng.normal(0, noise_m, root.shape)).astype(np.float32),
                )
            )

    def take(self, **settings) -> Take:
        count = len(self.times)
        footage = FootageInfo("film.mp4", WIDTH, HEIGHT, FPS, self.times, np.arange(count, dtype=np.int32))
        people = tuple(Person(i + 1, f"Person {i + 1}", seen) for i, seen in enumerate(self.people))
        return Take(
            "film", footage, people, solve=from_mapping(SolveSettings, dict(height=self.height, fov=FOV, **settings))
        )

    def camera_error(self, take: Take) -> tuple[float, float]:
        """Mean errors of the camera's turn since the first row (degrees) and of its way (share of the length)."""
        true_turn = quat_from_matrix(np.swapaxes(self.rotation[:1], -1, -2) @ self.rotation)
        found = take.camera.rotation
        back = found[:1] * [1, -1, -1, -1]
        turn = np.degrees(angle_between(quat_multiply(back, found), true_turn))
        true_way = np.einsum("ji,tj->ti", self.rotation[0], self.place - self.place[0])
        way = take.camera.to_camera(take.camera.position[:, None], np.zeros(len(found), int))[:, 0]
        length = np.linalg.norm(np.diff(self.place, axis=0), axis=1).sum()
        return float(turn.mean()), float(np.linalg.norm(way - true_way, axis=1).mean() / length)


def overlay_px(take: Take, scene: Scene) -> float:
    """Mean distance of the character's joints from where the picture has them."""
    errors = []
    for person, seen in zip(take.people, scene.people, strict=True):
        rows = np.isin(person.motion.frame_index, seen.frame_index)
        shown = project(joints_camera(take, person.motion)[rows], take.camera.focal(WIDTH), CENTER)
        errors.append(np.linalg.norm(shown - seen.keypoints2d, axis=-1).mean())
    return max(errors)


def soles(take: Take) -> np.ndarray:
    return np.array([np.median(p.motion.joints()[:, [10, 11], 2].min(axis=1)) for p in take.people])


def test_path_without_noise_is_the_true_one():
    scene = Scene()
    take = solve(scene.take())
    turn, way = scene.camera_error(take)
    assert len(take.camera.rotation) == len(scene.times)
    assert turn < 0.5 and way < 0.01
    assert overlay_px(take, scene) < 2.0


def test_noisy_people_give_a_smooth_true_path_with_feet_on_the_floor():
    scene = Scene(starts=(0.0, 1.2, -1.3), noise_deg=1.5, noise_m=0.015)
    take = solve(scene.take())
    turn, way = scene.camera_error(take)
    assert turn < 1.0 and way < 0.02
    assert np.abs(soles(take) - 0.03).max() < 0.02
    jerk = np.diff(take.camera.position, n=3, axis=0) * FPS**3
    true = np.diff(scene.place, n=3, axis=0) * FPS**3
    assert np.linalg.norm(jerk, axis=1).mean() < 40 * max(np.linalg.norm(true, axis=1).mean(), 0.1)


def test_characters_walk_through_one_world():
    scene = Scene(starts=(0.0, 1.2), noise_deg=1.0, noise_m=0.01)
    take = solve(scene.take())
    apart = np.linalg.norm(take.people[0].motion.root - take.people[1].motion.root, axis=1)
    assert np.abs(apart - np.linalg.norm(scene.roots[0] - scene.roots[1], axis=1)).max() < 0.1
    path, true = (
        np.linalg.norm(np.diff(r[::15], axis=0), axis=1).sum() for r in (take.people[0].motion.root, scene.roots[0])
    )
    assert path == pytest.approx(true, rel=0.06)


def test_somebody_who_comes_later_stands_in_the_same_world():
    count = len(Scene().times)
    visible = np.ones((2, count), bool)
    visible[1, : count // 2] = False
    scene = Scene(starts=(0.0, 1.2), visible=visible)
    take = solve(scene.take())
    late = take.people[1].motion
    apart = take.people[0].motion.root[late.frame_index] - late.root
    true = scene.roots[0][late.frame_index] - scene.roots[1]
    assert np.abs(np.linalg.norm(apart, axis=1) - np.linalg.norm(true, axis=1)).max() < 0.08


def test_a_camera_that_stands_still_is_still():
    scene = Scene(noise_deg=1.0, noise_m=0.01, still=True)
    take = solve(scene.take())
    assert len(take.camera.rotation) == 1


def test_the_user_may_say_that_the_camera_stands():
    take = solve(Scene().take(camera="static"))
    assert len(take.camera.rotation) == 1


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_few_pictures_are_enough(count):
    scene = Scene()
    seen = scene.people[0]
    fields = {name: value[:count] for name, value in vars(seen).items() if value is not None}
    take = scene.take()
    footage = replace(take.footage, times=take.footage.times[:count], source_frames=take.footage.source_frames[:count])
    person = replace(take.people[0], observations=Observations(**fields))
    solved = solve(replace(take, footage=footage, people=(person,)))
    assert np.isfinite(solved.people[0].motion.root).all() and np.isfinite(solved.camera.position).all()
