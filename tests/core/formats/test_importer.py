"""Results of other programs become takes: files in exactly their forms, made here; numbers of the golden sets."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from romp_core.errors import MocapError, ModelError, TakeError
from romp_core.formats import import_results
from romp_core.formats.image_names import frame_indices
from romp_core.geometry.rotations import (
    angle_between,
    matrix_from_quat,
    matrix_from_rotvec,
    quat_from_rotvec,
    rotvec_from_matrix,
)
from romp_core.geometry.skeleton import forward_kinematics
from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST
from romp_core.models.bev.camera import position, project
from romp_core.models.common.cameras import project_weak, translation_weak
from romp_core.models.common.square_image import padding, to_image
from romp_core.solve import solve
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.observations import Observations
from romp_core.take.settings import with_values
from romp_core.take.take import Take
from tests.core.synthetic import REST

HEIGHT, WIDTH = 720, 1280
PAD = padding(HEIGHT, WIDTH)
PELVIS = np.array([0.0, -0.23, 0.03])
FACING = np.array([np.pi, 0, 0])
"""Rotation vector of somebody who stands upright before the camera and looks at it."""
Frames = dict[int, dict[str, np.ndarray]]


def poses(frame: int, people: int) -> np.ndarray:
    """(people, 72): upright, one elbow bending."""
    thetas = np.zeros((people, 72))
    thetas[:, :3] = FACING
    thetas[:, 3 * 18 + 1] = -0.02 * frame
    return thetas.astype(np.float32)


def places(frame: int, people: int) -> np.ndarray:
    """(people, 2): next to each other in the square, walking to the right."""
    return np.stack([np.linspace(-0.4, 0.4, people) + 0.002 * frame, np.full(people, 0.05)], axis=1)


def joints71(thetas: np.ndarray, bev: bool) -> np.ndarray:
    """Joints as the programs write them: from SMPL's origin, or with BEV from the middle of the hips."""
    rotations = quat_from_rotvec(thetas.reshape(-1, 24, 3))
    joints, _ = forward_kinematics(rotations, np.tile(PELVIS, (len(thetas), 1)), REST + PELVIS)
    if bev:
        joints = joints - joints[:, [1, 2]].mean(axis=1, keepdims=True)
    return np.concatenate([joints, np.tile(joints[:, :1], (1, 47, 1))], axis=1).astype(np.float32)


def romp_frame(frame: int, people: int = 2, body: bool = True) -> dict[str, np.ndarray]:
    """One image's dictionary of simple-romp."""
    thetas = poses(frame, people)
    cam = np.concatenate([np.full((people, 1), 0.6), places(frame, people)], axis=1).astype(np.float32)
    result = {
        "cam": cam,
        "global_orient": thetas[:, :3],
        "body_pose": thetas[:, 3:],
        "smpl_betas": np.zeros((people, 10), np.float32),
        "smpl_thetas": thetas,
        "center_preds": np.zeros((people, 2), np.int64),
        "center_confs": np.linspace(0.9, 0.5, people, dtype=np.float32)[:, None],
        "cam_trans": translation_weak(cam),
    }
    if body:
        joints = joints71(thetas, bev=False)
        result |= {
            "verts": np.zeros((people, 6890, 3), np.float32),
            "joints": joints,
            "pj2d_org": to_image(project_weak(joints, cam), PAD),
            "cam_trans": np.full((people, 3), -1, np.float32),  # the reference's PnP has failed
        }
    return result


def bev_frame(frame: int, people: int = 2, body: bool = True) -> dict[str, np.ndarray]:
    """One image's dictionary of BEV."""
    thetas = poses(frame, people)
    cam = np.concatenate([np.full((people, 1), 0.6), places(frame, people)[:, ::-1]], axis=1).astype(np.float32)
    result = {
        "params_pred": np.zeros((people, 146), np.float32),
        "pred_batch_ids": np.zeros(people, np.int64),
        "center_confs": np.linspace(0.9, 0.5, people, dtype=np.float32),
        "cam": cam,
        "smpl_thetas": thetas,
        "smpl_betas": np.zeros((people, 11), np.float32),
        "cam_trans": position(cam),
    }
    if body:
        joints = joints71(thetas, bev=True)
        result |= {"joints": joints, "pj2d_org": to_image(project(joints + position(cam)[:, None]), PAD)}
    return result


def save_video(path: Path, frames: Frames, tracks: bool = True) -> Path:
    """`video_results.npz` of simple-romp."""
    sequences: dict[int, dict[str, list]] = {}
    for number, frame in frames.items() if tracks else ():
        for person in range(len(frame["cam"])):
            columns = sequences.setdefault(person, {"frame_id": []})
            columns["frame_id"].append(number)
            for key, values in frame.items():
                columns.setdefault(key, []).append(values[person])
    results = {f"{number:08d}.png": frame for number, frame in frames.items()}
    np.savez(path, results=results, sequence_results=sequences)
    return path


def check_observations(take: Take, observations: Observations) -> None:
    """Joints follow from rotations, root and skeleton, and fall on their pixels with the take's field of view.

    Roughly so for ROMP, whose pixels are those of a camera without perspective.
    """
    n = len(observations.frame_index)
    assert observations.rotations is not None and observations.root is not None
    assert observations.rest_joints is not None and observations.betas is not None
    joints, _ = forward_kinematics(observations.rotations, observations.root, observations.rest_joints)
    np.testing.assert_allclose(joints - joints[:, :1], observations.keypoints3d, atol=1e-5)
    focal = take.footage.width / 2 / np.tan(take.footage.fov / 2)
    pixels = joints[..., :2] / joints[..., 2:] * focal + np.array([take.footage.width, take.footage.height]) / 2
    tolerance = 0.05 if take.provenance.model == "imported: ROMP" else 1e-4
    assert np.abs(pixels - observations.keypoints2d).max() < tolerance * take.footage.width
    assert observations.keypoints2d.shape == (n, 24, 2) and observations.visibility.shape == (n, 24)


@pytest.mark.parametrize("make", [romp_frame, bev_frame])
def test_one_image(make: Callable[..., dict[str, np.ndarray]], tmp_path: Path) -> None:
    path = tmp_path / "photo_0.08.npz"
    np.savez(path, results=make(0, 3))
    take = import_results(path)
    assert (take.footage.width, take.footage.height) == (WIDTH, HEIGHT)
    assert len(take.people) == 3 and not take.solved and take.footage.fps == 0
    for person in take.people:
        check_observations(take, person.observations)
        np.testing.assert_allclose(person.observations.rest_joints[0], REST, atol=1e-5)
        assert angle_between(person.observations.rotations[0, 0], quat_from_rotvec(FACING)) < 1e-5
    model = "BEV" if make is bev_frame else "ROMP"
    assert take.provenance.model == f"imported: {model}" and take.provenance.model_license


@pytest.mark.parametrize("make", [romp_frame, bev_frame])
@pytest.mark.parametrize("body", [True, False], ids=["with body", "without body"])
def test_a_video_is_followed_and_solved(make: Callable[..., dict[str, np.ndarray]], body: bool, tmp_path: Path) -> None:
    frames = {number: make(number, 2, body) for number in range(40)}
    take = import_results(save_video(tmp_path / "video_results.npz", frames), fps=25)
    assert take.footage.fps == 25 and len(take.footage.times) == 40
    assert [len(person.observations.frame_index) for person in take.people] == [40, 40]
    for person in take.people:
        check_observations(take, person.observations)
        steps = np.diff(person.observations.keypoints2d[:, 0, 0])
        assert (steps > 0).all()  # nobody changes places
    take = load_take(save_take(take, tmp_path / "take.npz"))
    solved = solve(take)
    assert solved.solved and all(np.isfinite(person.motion.root).all() for person in solved.people)


def test_bev_places_people_where_its_camera_says(tmp_path: Path) -> None:
    frame = bev_frame(0, 2)
    np.savez(tmp_path / "a.npz", results=frame)
    take = import_results(tmp_path / "a.npz")
    for person, joints, trans in zip(take.people, frame["joints"], frame["cam_trans"], strict=True):
        np.testing.assert_allclose(person.observations.root[0], joints[0] + trans, atol=1e-5)


def test_images_without_people_and_missing_files(tmp_path: Path) -> None:
    """What makes the reference's own collection crash: nothing was written for some images."""
    frames = {number: romp_frame(number, 1) for number in range(40) if number not in (0, 1, 20, 21)}
    for name, save in {"folder": _folder, "video": lambda path: save_video(path / "video_results.npz", frames)}.items():
        path = tmp_path / name
        path.mkdir()
        if save is _folder:
            _folder(path, frames)
        else:
            save(path)
        for source in (path, path / "video_results.npz"):
            if not source.exists():
                continue
            (person,) = import_results(source).people
            assert person.observations.frame_index.tolist() == sorted(frames)


def _folder(path: Path, frames: Frames) -> None:
    for number, frame in frames.items():
        np.savez(path / f"{number:08d}.npz", results=frame)


def test_empty_records_are_images_without_people(tmp_path: Path) -> None:
    good = romp_frame(0, 1)
    none = {key: value[:0] for key, value in good.items()}
    results = {f"{i:08d}.png": value for i, value in enumerate([None, good, {}, none, [], good])}
    np.savez(tmp_path / "video_results.npz", results=results)
    (person,) = import_results(tmp_path / "video_results.npz").people
    assert person.observations.frame_index.tolist() == [1, 5]


def test_only_the_tracks_are_left(tmp_path: Path) -> None:
    frames = {number: romp_frame(number, 2) for number in range(20)}
    path = save_video(tmp_path / "video_results.npz", frames)
    tracks = dict(np.load(path, allow_pickle=True))["sequence_results"]
    np.savez(path, sequence_results=tracks)
    take = import_results(path)
    assert [len(person.observations.frame_index) for person in take.people] == [20, 20]


def test_kept_largest_person_with_the_confidences_of_all(tmp_path: Path) -> None:
    frame = romp_frame(0, 1) | {"center_confs": np.array([[0.4], [0.9], [0.3]], np.float32)}
    np.savez(tmp_path / "a.npz", results=frame)
    (person,) = import_results(tmp_path / "a.npz").people
    assert person.observations.confidence[0] == pytest.approx(0.9)


@pytest.mark.parametrize("body", [True, False], ids=["with body", "without body"])
def test_frames_beside_the_results_are_their_footage(body: bool, tmp_path: Path) -> None:
    """The size of the image and what the camera shows; frames of something else are left alone."""
    folder = tmp_path / "walk_frames"
    folder.mkdir()
    for number in range(20):
        assert cv2.imwrite(str(folder / f"{number:08d}.png"), np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    path = save_video(tmp_path / "video_results.npz", {number: romp_frame(number, 1, body) for number in range(20)})
    footage = import_results(path).footage
    assert (footage.path, footage.width, footage.height) == (str(folder), WIDTH, HEIGHT)
    (folder / "00000019.png").unlink()
    assert import_results(path).footage.path == str(path)
    for number in range(20):
        assert cv2.imwrite(str(folder / f"{number:08d}.png"), np.zeros((64, 64, 3), np.uint8))
    assert import_results(path).footage.path == str(path if body else folder)


def test_results_of_the_older_program(tmp_path: Path) -> None:
    frames = {}
    for number in range(20):
        frame = romp_frame(number, 2)
        frames[f"/data/walk/{number + 1:06d}.jpg"] = [
            {
                "cam": frame["cam"][i],
                "pose": frame["smpl_thetas"][i],
                "betas": frame["smpl_betas"][i],
                "j3d_all54": frame["joints"][i, :54],
                "j3d_smpl24": frame["joints"][i, :24],
                "verts": frame["verts"][i].astype(np.float16),
                "pj2d_org": frame["pj2d_org"][i, :54],
                "trans": frame["cam_trans"][i],
                "center_conf": frame["center_confs"][i],
            }
            for i in range(2)
        ]
    np.savez(tmp_path / "results.npz", results=frames)
    take = import_results(tmp_path / "results.npz")
    assert (take.footage.width, take.footage.height) == (WIDTH, HEIGHT)
    assert [person.observations.frame_index.tolist() for person in take.people] == [list(range(20))] * 2
    check_observations(take, take.people[0].observations)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["00000003.png", "00000007.png"], [3, 7]),
        (["00000003__2_0.08.png", "00000010_0.08.png"], [3, 10]),
        (["C:\\clip\\shot_9.jpg", "C:\\clip\\shot_10.jpg"], [0, 1]),
        (["b.jpg", "a.jpg"], [1, 0]),
        (["20240101.png", "20240102.png"], [0, 1]),
        (["1700000000.png", "9.png"], [1, 0]),
    ],
)
def test_rows_of_image_names(names: list[str], expected: list[int]) -> None:
    found = frame_indices(names)
    assert [found[name] for name in names] == expected


def test_ids_of_the_file_are_not_believed(tmp_path: Path) -> None:
    """The reference gives two people one id; here everybody has one of their own."""
    frames = {number: romp_frame(number) | {"track_ids": np.zeros(2, np.int32)} for number in range(20)}
    take = import_results(save_video(tmp_path / "video_results.npz", frames, tracks=False))
    assert len({person.id for person in take.people}) == 2


@pytest.mark.parametrize("name", ["romp/e2e_image_a", "romp/e2e_image_b", "bev/e2e_default_image_a"])
def test_results_of_the_reference_itself(name: str, golden: Path, tmp_path: Path) -> None:
    """Rotations and skeletons of random weights; images have their true size but for an odd pixel."""
    with np.load(golden / f"{name}.npz") as stored:
        outputs = {key.removeprefix("out_"): stored[key] for key in stored.files}
    np.savez(tmp_path / "image.npz", results={key: value for key, value in outputs.items() if key != "shapes"})
    take = import_results(tmp_path / "image.npz")
    image = golden / name.split("/")[0] / f"image_{name[-1]}.png"
    width, height = np.frombuffer(image.read_bytes()[16:24], ">u4")
    assert abs(take.footage.width - width) <= 1 and abs(take.footage.height - height) <= 1
    joints = outputs["joints"][:, :24]
    for person in take.people:
        observed = person.observations
        index = np.abs(joints - joints[:, :1] - observed.keypoints3d).max(axis=(1, 2)).argmin()
        np.testing.assert_allclose(observed.keypoints3d[0], joints[index] - joints[index, 0], atol=1e-4)
        np.testing.assert_allclose(observed.keypoints2d[0], outputs["pj2d_org"][index, :24], atol=1.1)
        posed, _ = forward_kinematics(observed.rotations, observed.root, observed.rest_joints)
        np.testing.assert_allclose(posed - posed[:, :1], observed.keypoints3d, atol=1e-4)


def older(frame: dict[str, np.ndarray], person: int) -> dict[str, np.ndarray]:
    """One person of ROMP 1.0."""
    return {
        "cam": frame["cam"][person].astype(np.float16),
        "cam_trans": frame["cam_trans"][person],
        "poses": frame["smpl_thetas"][person],
        "betas": frame["smpl_betas"][person],
        "j3d_smpl24": frame["joints"][person, :24],
        "pj2d_org": frame["pj2d_org"][person, :54],
        "center_conf": frame["center_confs"][person],
    }


def test_tracks_of_the_older_program(tmp_path: Path) -> None:
    """`_ts_results`: people before frames, the second from frame 12 on."""
    tracks = {id: {f"{row:08d}": older(romp_frame(row), id) for row in range(12 * id, 30)} for id in (0, 1)}
    np.savez(tmp_path / "walk_ts_results.npz", results=tracks)
    take = import_results(tmp_path / "walk_ts_results.npz")
    assert [person.observations.frame_index.tolist() for person in take.people] == [
        list(range(30)),
        list(range(12, 30)),
    ]
    joints = romp_frame(0)["joints"][0, :24]
    np.testing.assert_allclose(take.people[0].observations.keypoints3d[0], joints - joints[0], atol=1e-3)


@pytest.mark.parametrize(
    "names",
    [
        ["IMG_20240101_120000.jpg", "IMG_20240101_120001.jpg", "IMG_20240101_120105.jpg"],
        ["2024-05-01 10.00.00.png", "2024-05-01 18.30.59.png"],
        ["photo_0001.jpg", "photo_0100.jpg", "photo_0900.jpg"],
    ],
)
def test_photos_give_poses(names: list[str], tmp_path: Path) -> None:
    np.savez(tmp_path / "named.npz", results={name: [older(romp_frame(0, 1), 0)] for name in names})
    take = import_results(tmp_path / "named.npz")
    seen = sum(len(person.observations.frame_index) for person in take.people)
    assert take.people and seen == len(names)
    if not names[0].startswith("photo"):
        assert len(take.footage.times) == len(names)
    solved = solve(take)
    assert solved.characters and all(np.isfinite(person.motion.root).all() for person in solved.characters)


# AMASS


def amass(width: int, count: int = 60) -> dict[str, np.ndarray]:
    """A motion in a z-up world: turning about the vertical, walking along x, the left elbow bending."""
    turn = np.linspace(0, 1.2, count)
    upright = matrix_from_quat(quat_from_rotvec(np.array([np.pi / 2, 0, 0])))
    about_z = matrix_from_rotvec(np.stack([0 * turn, 0 * turn, turn], axis=1))
    poses = np.full((count, width), 0.3)  # fingers and faces are left out
    poses[:, :66] = 0
    if width == 72:
        poses[:, 66:] = 0
    poses[:, :3] = rotvec_from_matrix(about_z @ upright)
    poses[:, 3 * 18 + 1] = -turn
    trans = np.stack([np.linspace(0, 2, count), 0 * turn, 0 * turn + 0.9], axis=1)
    return {
        "poses": poses,
        "trans": trans,
        "betas": np.zeros(16),
        "gender": np.array("female"),
        "mocap_framerate": np.array(100.0),
    }


@pytest.mark.parametrize("width", [72, 156, 165])
def test_amass_motions_are_solved_takes(width: int, tmp_path: Path) -> None:
    path = tmp_path / "walk_poses.npz"
    data = amass(width)
    np.savez(path, **data)
    take = import_results(path)
    (person,) = take.people
    motion = person.motion
    assert take.solved and take.footage.fps == 100 and len(motion.frame_index) == 60
    # The world of AMASS is ours: upright people stay so, and walk where they walked.
    facing = matrix_from_quat(motion.rotations[0, 0])
    np.testing.assert_allclose(facing, WORLD_FROM_SMPL_REST, atol=1e-6)
    np.testing.assert_allclose(np.diff(motion.root, axis=0), np.diff(data["trans"], axis=0), atol=1e-5)
    np.testing.assert_allclose(motion.rotations[:, 22:], np.tile([1, 0, 0, 0], (60, 2, 1)), atol=1e-6)
    assert abs(motion.joints()[..., 2].min()) < 0.1  # on the floor
    pixels = person.observations.keypoints2d
    assert ((pixels > 0) & (pixels < (take.footage.width, take.footage.height))).all()
    check_observations(take, person.observations)
    back = load_take(save_take(take, tmp_path / "take.npz"))
    assert back.solved and back.provenance.model == "imported: AMASS"


def test_amass_solved_again_keeps_its_motion(tmp_path: Path) -> None:
    """A slider was moved: what the camera saw leads to the same poses, in a world of the solver's choice."""
    np.savez(tmp_path / "walk.npz", **amass(156))
    take = import_results(tmp_path / "walk.npz")
    again = solve(replace(take, solve=with_values(take.solve, {"contacts": False})))
    before, after = take.people[0].motion, again.people[0].motion
    assert np.degrees(angle_between(before.rotations[:, 18], after.rotations[:, 18]).max()) < 3
    assert np.degrees(angle_between(before.rotations[:, 0], after.rotations[:, 0]).max()) < 8


def test_other_names_of_amass(tmp_path: Path) -> None:
    data = amass(165)
    data["mocap_frame_rate"] = data.pop("mocap_framerate")
    data["root_orient"], data["pose_body"] = data["poses"][:, :3], data.pop("poses")[:, 3:66]
    np.savez(tmp_path / "a.npz", **data)
    assert import_results(tmp_path / "a.npz").footage.fps == 100
    del data["mocap_frame_rate"]
    np.savez(tmp_path / "a.npz", **data)
    take = import_results(tmp_path / "a.npz")
    assert take.footage.fps == 120 and "120 fps is assumed" in take.provenance.remark
    assert import_results(tmp_path / "a.npz", fps=60).footage.fps == 60


# What cannot be imported


def _broken(**changes: object) -> dict[str, object]:
    return {"results": {**romp_frame(0, 2), **changes}}


@pytest.mark.parametrize(
    "content",
    {
        "nothing known": {"a": np.zeros(3)},
        "nobody": {"results": {"00000000.png": None}},
        "no results at all": {"results": {}},
        "thetas of another length": _broken(smpl_thetas=np.zeros((2, 69))),
        "cameras of other people": _broken(cam=np.ones((3, 3))),
        "cameras missing": {"results": {"smpl_thetas": np.zeros((1, 72))}},
        "text for numbers": _broken(cam="abc"),
        "dictionary for numbers": _broken(cam={"a": 1}),
        "ragged lists": _broken(cam=[[1, 2, 3], [1, 2]]),
        "people of different forms": {"results": {"a": [{"pose": np.zeros(72)}, {"pose": np.zeros(69)}]}},
        "tracks of text": {"results": {}, "sequence_results": {1: {"frame_id": ["a"], "cam": [1]}}},
        "tracks without rows": {"results": {}, "sequence_results": {1: {"frame_id": [0, 1]}}},
        "a list of numbers": {"results": [1, 2]},
        "flat joints": _broken(joints=np.zeros((2, 5, 3))),
        "joints in one point": _broken(joints=np.zeros((2, 71, 3))),
        "no size in the image": _broken(cam=np.zeros((2, 3))),
        "not finite": _broken(smpl_thetas=np.full((2, 72), np.nan)),
        "amass of another width": {"poses": np.zeros((5, 60)), "trans": np.zeros((5, 3))},
        "amass of another length": {"poses": np.zeros((5, 156)), "trans": np.zeros((4, 3))},
        "amass of nothing": {"poses": np.zeros((0, 156)), "trans": np.zeros((0, 3))},
        "amass not finite": {"poses": np.zeros((5, 156)), "trans": np.full((5, 3), np.inf)},
        "amass of text": {"poses": np.array(["a"]), "trans": np.zeros((5, 3))},
    }.items(),
    ids=lambda content: content[0],
)
def test_other_content_ends_in_a_sentence(content: tuple[str, dict[str, object]], tmp_path: Path) -> None:
    np.savez(tmp_path / "file.npz", **content[1])
    with pytest.raises(TakeError) as caught:
        import_results(tmp_path / "file.npz")
    assert caught.value.sentence.endswith(".")


def test_unsafe_and_missing_files(tmp_path: Path) -> None:
    np.savez(tmp_path / "file.npz", results=np.array({"a": import_results}, dtype=object))
    with pytest.raises(ModelError, match="not safe to open"):
        import_results(tmp_path / "file.npz")
    for path in (tmp_path / "none.npz", tmp_path):
        (tmp_path / "file.npz").unlink(missing_ok=True)
        with pytest.raises(MocapError):
            import_results(path)
