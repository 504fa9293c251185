"""What a live capture tells of every frame: skeletons, poses, and a small image now and then."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from ...footage.stream import LiveFrame
from ...images.ops import longest_side_scale
from ...images.skeletons import draw_skeletons
from ...images.thumbnail import thumbnail
from ...solve.causal.solver import CausalPoses, CausalSolver
from ...take.keypoints import Layout
from ...take.observations import People
from ...take.settings import CaptureSettings
from ...take.take import Camera
from ...typing import Array
from .messages import LiveCamera, LivePeople, LivePosed, LiveThumbnail, Report

_THUMBNAIL_S = 0.12


class Output:
    """Sends reports.

    Args:
        send: takes them. layout: of the keypoints. longest: larger side of the small images in pixels, 0 for none.
        parts: which of hands and face people have.
    """

    def __init__(self, send: Callable[[Report], None], layout: Layout, longest: int, parts: CaptureSettings) -> None:
        self._send, self._layout, self._longest, self._parts = send, layout, longest, parts
        self._camera: Camera | None = None
        self._image_at = 0.0

    def poses(self, frame: LiveFrame, poses: CausalPoses, solver: CausalSolver, recorded: bool) -> None:
        """The poses of a frame, and before them what is new about the camera and the skeletons."""
        camera = solver.placement.camera
        if camera is not self._camera:
            self._camera = camera
            self._send(LiveCamera(camera.fov, camera.rotation[0], camera.position[0]))
        if poses.new:
            known = [solver.skeleton(id) for id in poses.new]
            rest, builds = (np.stack([getattr(each, name) for each in known]) for name in ("rest_joints", "build"))
            fingers = np.zeros((len(known), 0, 3), np.float32)
            if self._parts.with_hands:
                fingers = np.stack([each.rest_fingers() for each in known]).astype(np.float32)
            ids = np.array(poses.new, np.int32)
            bodies = rest.astype(np.float32), builds.astype(np.float32), fingers
            self._send(LivePeople(ids, *bodies, has_face=self._parts.with_face))
        confidence = np.asarray(poses.confidence, np.float32)
        posed = poses.ids, confidence, poses.rotations, poses.root, poses.face
        self._send(LivePosed(frame.time, frame.captured, frame.number, *posed, recorded))

    def image(self, image: Array, people: People) -> None:
        """A small image with the skeletons of a frame, unless one was sent just now."""
        now = time.perf_counter()
        if not self._longest or now - self._image_at < _THUMBNAIL_S:
            return
        self._image_at = now
        scale = longest_side_scale(image.shape[1], image.shape[0], self._longest)
        small = np.ascontiguousarray(thumbnail(image, self._longest))
        ids = np.asarray(people.ids).tolist()
        draw_skeletons(small, people.keypoints2d * scale, people.visibility, ids, self._layout.edges)
        self._send(LiveThumbnail(small))
