"""Faces in a rendered clip of head and shoulders, end to end from the images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from romp_core.footage import open_footage
from romp_core.models.parts import open_parts, with_parts
from romp_core.models.registry import default_store, model_card
from romp_core.take.observations import Frame, People
from romp_core.take.settings import CaptureSettings


@pytest.mark.slow
def test_faces_are_found_while_the_head_turns(groundtruth: Path) -> None:
    """Up to 60 degrees to either side, with lids, lips and jaw in all positions; the nose follows the head."""
    clip = groundtruth / "face.mp4"
    if not clip.is_file():
        pytest.skip("NOT CHECKED: face.mp4 is not in this set")
    card, settings = model_card("blazepose"), CaptureSettings(parts="face")
    with open_footage(str(clip), 0, 0, 0) as footage:
        estimator = card.open(footage.info, settings, default_store())

        def estimate(frames: Iterator[Frame]) -> Iterator[People]:
            return estimator.run(frames)

        people = list(with_parts(footage.frames(), estimate, open_parts(settings, card.layout)))
    with np.load(clip.with_suffix(".npz")) as truth:
        yaw = np.radians(truth["head_ypr_deg"][:, 0])
    counted = np.abs(yaw) <= np.radians(60.5)
    found = np.array(
        [len(each) == 1 and each.face_presence is not None and each.face_presence[0] > 0 for each in people]
    )
    assert len(found) == len(yaw)
    assert found[counted].mean() >= 0.98
    points = np.stack([each.face_points[0] for each, there in zip(people, found, strict=True) if there])
    middle, width = points[:, [33, 263], 0].mean(axis=1), np.ptp(points[..., 0], axis=1)
    aside = (points[:, 1, 0] - middle) / width  # of the tip of the nose, with the face's left positive
    assert np.corrcoef(aside, np.sin(yaw[found]))[0, 1] > 0.95
