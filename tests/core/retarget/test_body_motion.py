"""Motions as they are read: what is between the frames of the footage."""

import numpy as np

from romp_core.retarget.body_motion import of_person
from romp_core.take.take import FootageInfo, Motion
from tests.core.retarget.walkers import rest_joints


def test_a_foot_stands_between_two_frames_only_when_it_stands_in_both() -> None:
    """At another rate than the footage's, a sample between standing and stepping is part of the step."""
    count = 61
    footage = FootageInfo("clip.mp4", 640, 360, 30.0, np.arange(count) / 30, np.arange(count, dtype=np.int32))
    still = np.zeros((count, 24, 4))
    still[..., 0] = 1
    contacts = np.zeros((count, 2), bool)
    contacts[20:41, 0] = True
    root = np.zeros((count, 3))
    motion = Motion(np.arange(count, dtype=np.int32), np.ones(count, bool), still, root, rest_joints(), contacts)
    for fps in (24.0, 30.0, 60.0):
        read, clip = of_person(motion, footage, fps)
        times = (clip.first + np.arange(len(read))) / fps
        stands = times[read.contacts[:, 0]]
        assert 20 / 30 - 1e-6 <= stands.min() < 20 / 30 + 1 / fps
        assert 40 / 30 + 1e-6 >= stands.max() > 40 / 30 - 1 / fps
        assert not read.contacts[:, 1].any()
