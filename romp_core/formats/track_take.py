"""The take of people whose poses a file knows: solved where it knows their world, else raw."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..bodies.embedded import BODY_LICENSE, load_body
from ..errors import TakeError
from ..geometry.projection import body_model_fov, focal_from_fov, project
from ..geometry.rotations import make_continuous, quat_conjugate, quat_from_matrix, quat_multiply, quat_rotate
from ..geometry.skeleton import N_JOINTS, forward_kinematics
from ..solve.contacts.soles import sole_heights
from ..solve.segments import hold_in_gaps
from ..take.observations import Observations
from ..take.settings import CaptureSettings, SolveSettings
from ..take.take import Camera, FootageInfo, Motion, Person, Provenance, Take, as_float32, level_camera
from ..typing import Array
from .format import ImportOptions
from .source_images import Found, footage_beside
from .tracks import Track
from .up_axis import AXES, up_axis
from .world_camera import camera_from_people

UNKNOWN_FPS = 30.0
_WIDTH, _HEIGHT, _FOV = 1920, 1080, np.radians(50.0)
_MARGIN = 1.15
_SOLES = 5.0
"""Percentile of the lowest sole that is put on the floor: the bodies differ, and single frames may dip."""
_NEAREST_M = 0.05
_AS_IN_THE_FILE = {"strength": 0.0, "contacts": False, "above_floor": False}
"""Settings of a motion that is finished: a new solve keeps it but for what the user changes."""


@dataclass(frozen=True)
class View:
    """The camera as a file knows it.

    Attributes:
        size: (width, height) of the image in pixels. focal_px: in pixels; None where the file does not say.
        focal: in lengths of the longer side, what the tool assumes for images of any size; instead of `focal_px`.
        camera: path in the file's world, one row per frame index or a single one; None: not known.
    """

    size: tuple[float, float] | None = None
    focal_px: float | None = None
    focal: float | None = None
    camera: Camera | None = None


@dataclass(frozen=True)
class Origin:
    """Where tracks come from.

    Attributes:
        path: the file or folder. title: the tool. license: the line for the take.
        fps: as the file says; None: it does not. usual_fps: what such files have, when they do not say.
        up: axis that points up in the file's world, a key of `up_axis.AXES`.
        count: frames of the whole clip; 0: up to the last person.
        remark: what the user should know.
    """

    path: Path
    title: str
    license: str
    fps: float | None = None
    usual_fps: float = UNKNOWN_FPS
    up: str = "z"
    count: int = 0
    remark: str = ""


def take_of_tracks(
    tracks: Sequence[Track],
    origin: Origin,
    options: ImportOptions,
    view: View = View(),
) -> Take:
    """The take of tracks: solved if all of them are in a world, else raw.

    Raises:
        TakeError: there is nobody in them.
    """
    tracks = [track for track in tracks if len(track.frames)]
    if not tracks:
        raise TakeError(
            f"{origin.path.name} looks like results of {origin.title}, but nobody in it can be used: there are no "
            "people, or their numbers make no sense.",
            "Choose other results.",
        )
    count = max(origin.count, *(int(track.frames[-1]) + 1 for track in tracks))
    beside = footage_beside(origin.path, count)
    footage, remarks = _footage(origin, options, view, beside, count)
    made = Provenance.stamped(
        model=f"imported: {origin.title}",
        model_license=origin.license,
        body_license=BODY_LICENSE,
        model_focal=focal_from_fov(footage.fov or _FOV, footage.width) / max(footage.width, footage.height),
    )
    rests = [_rest(track) for track in tracks]
    take = Take(uuid.uuid4().hex, footage, (), CaptureSettings(model="romp"), SolveSettings(), made)
    if all(track.world is not None for track in tracks):
        take, turned = _solved(take, tracks, rests, origin, options, view)
        remarks += turned
    elif all(track.camera is not None for track in tracks):
        people = []
        for index, (track, rest) in enumerate(zip(tracks, rests, strict=True)):
            assert track.camera is not None
            rotations = track.rotations(track.camera)
            observed = _observed(track, rotations, track.camera.root, rest, footage)
            people.append(Person(index + 1, _name(track, index), observed))
        take = replace(take, people=tuple(people))
    else:
        raise TakeError(f"{origin.path.name} does not say where the people are.", "Choose other results.")
    remark = " ".join([*([origin.remark] if origin.remark else []), *remarks])
    return replace(take, provenance=replace(take.provenance, remark=remark))


def _footage(
    origin: Origin, options: ImportOptions, view: View, beside: Found | None, count: int
) -> tuple[FootageInfo, list[str]]:
    """What was filmed, and remarks about what had to be assumed."""
    width, height = (beside.width, beside.height) if beside else view.size or (_WIDTH, _HEIGHT)
    if view.focal_px:
        scale = width / view.size[0] if view.size else 1.0
        fov = 2 * float(np.arctan(width / (2 * view.focal_px * scale)))
    elif view.focal:
        fov = body_model_fov(width, height, view.focal)
    else:
        fov = float(_FOV)
    known = options.fps or origin.fps or (beside.fps if beside else None)
    fps = (known or origin.usual_fps) if count > 1 else 0.0
    frames = np.arange(count, dtype=np.int32)
    path = str(beside.path if beside else origin.path)
    footage = FootageInfo(path, round(width), round(height), fps, frames / (fps or 1), frames, fov=fov)
    return footage, [] if known or count < 2 else [assumed_rate(origin.usual_fps)]


def assumed_rate(fps: float) -> str:
    """The remark for files that do not hold their frame rate."""
    return f"The file does not hold its frame rate; {fps:g} fps is assumed."


def _rest(track: Track) -> Array:
    """Rest skeletons (n, 24, 3): those of the file, else the embedded body's."""
    rest = load_body().rest_joints(SolveSettings().scale.height) if track.rest_joints is None else track.rest_joints
    return np.broadcast_to(rest, (len(track.frames), N_JOINTS, 3))


def _name(track: Track, index: int) -> str:
    return track.name or f"Person {index + 1}"


def _solved(
    take: Take, tracks: Sequence[Track], rests: Sequence[Array], origin: Origin, options: ImportOptions, view: View
) -> tuple[Take, list[str]]:
    """The take with motions in a level world on a floor at zero, and remarks."""
    motions = [_motion(track, rest) for track, rest in zip(tracks, rests, strict=True)]
    up = options.up
    if up == "auto":
        up = up_axis([motion.joints()[motion.valid] for motion in motions], origin.up)
    turn = AXES[up]
    quat = quat_from_matrix(turn)
    motions = [_turned(motion, quat) for motion in motions]
    lowest = [sole_heights(m.joints()[m.valid], m.rest_joints).min(axis=1) for m in motions]
    drop = np.array([0, 0, np.percentile(np.concatenate(lowest), _SOLES)])
    motions = [replace(motion, root=as_float32(motion.root - drop)) for motion in motions]
    camera = view.camera or camera_from_people(tracks, take.footage)
    settings = SolveSettings().changed(**_AS_IN_THE_FILE)
    if camera is None:
        camera = _level_camera([motion.joints()[motion.valid] for motion in motions], take.footage)
        settings = settings.changed(level=False)
    else:
        camera = Camera(
            take.footage.fov or camera.fov,
            quat_multiply(quat, camera.rotation),
            camera.position @ turn.T - drop,
        )
    people = tuple(
        Person(index + 1, _name(track, index), _seen(track, motion, camera, take.footage), motion=motion)
        for index, (track, motion) in enumerate(zip(tracks, motions, strict=True))
    )
    remark = f"The file has {up[-1].upper()} up{' (downward)' if up[0] == '-' else ''} and was turned to Z up."
    return replace(take, people=people, camera=camera, solve=settings), [] if up == "z" else [remark]


def _motion(track: Track, rest: Array) -> Motion:
    """The motion in the file's world, gaps held."""
    assert track.world is not None
    frames = np.arange(track.frames[0], track.frames[-1] + 1, dtype=np.int32)
    at = track.frames - frames[0]
    valid = np.zeros(len(frames), bool)
    rotations, root = np.zeros((len(frames), N_JOINTS, 4)), np.zeros((len(frames), 3))
    rotations[at], root[at], valid[at] = make_continuous(track.rotations(track.world)), track.world.root, True
    skeleton = np.median(rest, axis=0)
    contacts = np.zeros((len(frames), 2), bool)
    return hold_in_gaps(
        Motion(frames, valid, as_float32(rotations), as_float32(root), as_float32(skeleton - skeleton[0]), contacts)
    )


def _turned(motion: Motion, turn: Array) -> Motion:
    rotations = motion.rotations.astype(np.float64)
    rotations[:, 0] = make_continuous(quat_multiply(turn, rotations[:, 0]))
    return replace(motion, rotations=as_float32(rotations), root=as_float32(quat_rotate(turn, motion.root)))


def _level_camera(people: Sequence[Array], footage: FootageInfo) -> Camera:
    """A level camera that looks along +y and sees all joints, (n, 24, 3) of each person."""
    low = np.min([each.min(axis=(0, 1)) for each in people], axis=0)
    high = np.max([each.max(axis=(0, 1)) for each in people], axis=0)
    half, middle = (high - low) / 2, (low + high) / 2
    fov = footage.fov or float(_FOV)
    tangent = np.tan(fov / 2)
    distance = _MARGIN * max(half[0] / tangent, half[2] / (tangent * footage.height / footage.width))
    return replace(level_camera(fov), position=np.array([[middle[0], low[1] - distance - 1.0, middle[2]]]))


def _seen(track: Track, motion: Motion, camera: Camera, footage: FootageInfo) -> Observations:
    """What a body model would estimate of a motion through the camera, in the frames that the file has."""
    at = track.frames - motion.frame_index[0]
    rotation, position = camera.at(track.frames)
    back = quat_conjugate(rotation)
    rotations = motion.rotations[at].astype(np.float64)
    world_rotation, world_root = rotations[:, 0].copy(), motion.root[at].astype(np.float64)
    rotations[:, 0] = quat_multiply(back, world_rotation)
    root = quat_rotate(back, world_root - position)
    rest = np.broadcast_to(motion.rest_joints, (len(at), N_JOINTS, 3))
    observed = _observed(track, rotations, root, rest, footage)
    if len(camera.rotation) == 1:
        return observed
    return replace(
        observed,
        world_rotation=as_float32(quat_multiply(back[0], world_rotation)),
        world_root=as_float32(quat_rotate(back[0], world_root - position[0])),
    )


def _observed(track: Track, rotations: Array, root: Array, rest: Array, footage: FootageInfo) -> Observations:
    """Observations of poses in camera space: rotations (n, 24, 4), root (n, 3), skeletons (n, 24, 3)."""
    count, size = len(rotations), np.array([footage.width, footage.height], np.float64)
    joints, _ = forward_kinematics(rotations, root, rest)
    before = np.concatenate([joints[..., :2], np.maximum(joints[..., 2:], _NEAREST_M)], axis=-1)
    pixels = project(before, focal_from_fov(footage.fov or float(_FOV), footage.width), size / 2)
    inside = ((pixels >= 0) & (pixels < size)).all(axis=-1) & (joints[..., 2] > _NEAREST_M)
    betas = np.zeros(10) if track.betas is None else track.betas
    return Observations(
        frame_index=track.frames.astype(np.int32),
        confidence=as_float32(np.ones(count) if track.confidence is None else np.clip(track.confidence, 0, 1)),
        keypoints2d=as_float32(pixels),
        visibility=as_float32(inside),
        keypoints3d=as_float32(joints - joints[:, :1]),
        rotations=as_float32(make_continuous(rotations)),
        betas=as_float32(np.tile(betas, (count, 1))),
        root=as_float32(root),
        rest_joints=as_float32(rest),
    )
