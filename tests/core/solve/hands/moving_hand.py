"""A hand whose motion is known, and what the network would show of it."""

import numpy as np

from romp_core.bodies.build import built_fingers
from romp_core.bodies.embedded import load_body_with_fingers
from romp_core.geometry.projection import Pinhole, project
from romp_core.geometry.rotations import matrix_from_rotvec
from romp_core.solve.hands.angles import ANGLES, RELAXED
from romp_core.solve.hands.evidence import HandEvidence
from romp_core.solve.hands.hand_model import HandModel

FPS, COUNT = 30.0, 60
OPTICS = Pinhole(900.0, np.array([320.0, 240.0]))


def model_of(side: int) -> HandModel:
    return HandModel(built_fingers(np.zeros(0), 1.8), side, load_body_with_fingers().thumb_axis)


def moving_hand(side: int):
    """Wrist, turn and angles of a hand that opens and closes before the camera, its palm toward it."""
    phase = np.linspace(0, 2 * np.pi, COUNT)
    wrist = np.stack([0.1 * np.sin(phase), 0.05 * np.cos(phase), np.full(COUNT, 1.5)], axis=1)
    upwards = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    turn = matrix_from_rotvec(np.stack([0 * phase, 0.4 * np.sin(phase), 0 * phase], axis=1)) @ upwards
    if side:
        turn = turn @ matrix_from_rotvec(np.array([0.0, np.pi, 0.0]))
    bend = 0.5 - 0.5 * np.cos(phase)
    angles = np.tile(RELAXED, (COUNT, 1))
    for index, (_, kind) in enumerate(ANGLES):
        if kind in ("mcp", "pip", "thumb_ip"):
            angles[:, index] = np.radians(10 + 50 * bend)
        elif kind == "dip":
            angles[:, index] = 0.6 * np.radians(10 + 50 * bend)
    return wrist, turn, angles


def seen(model: HandModel, hand) -> HandEvidence:
    points = model.pose(*hand).points
    pixels = project(points, OPTICS.focal_px, OPTICS.center_px)
    size = np.ptp(pixels, axis=1).max(axis=-1)
    one = np.ones(COUNT)
    return HandEvidence(pixels, points - points.mean(axis=1, keepdims=True), one, np.ones((COUNT, 21)), size, one)
