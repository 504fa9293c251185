"""The generated face networks have the form that is expected; their numbers are compared in models/face."""

from pathlib import Path

import numpy as np
import pytest

import romp_core
from romp_core.inference.network_files import open_session

ASSETS = Path(romp_core.__file__).parent / "assets" / "face"
SHAPES = {
    "detector": {"boxes": (896, 16), "scores": (896, 1)},
    "landmarks": {
        "mesh": (1, 1, 1404),
        "lips": (1, 1, 160),
        "right_eye": (1, 1, 142),
        "left_eye": (1, 1, 142),
        "right_iris": (1, 1, 10),
        "left_iris": (1, 1, 10),
        "flag": (1, 1, 1),
    },
}


@pytest.mark.parametrize("network", SHAPES)
def test_outputs_have_telling_names_and_shapes(network):
    outputs = open_session(ASSETS / f"{network}.onnx").get_outputs()
    assert {output.name: tuple(output.shape[1:]) for output in outputs} == SHAPES[network]


@pytest.mark.parametrize("network", SHAPES)
def test_faces_of_several_people_are_read_together(network):
    session = open_session(ASSETS / f"{network}.onnx")
    (entry,) = session.get_inputs()
    images = np.random.default_rng(1).random((3, *entry.shape[1:]), dtype=np.float32)
    together = session.run(None, {"input": images})
    for row, image in enumerate(images):
        alone = session.run(None, {"input": image[None]})
        for whole, single in zip(together, alone, strict=True):
            np.testing.assert_allclose(whole[row], single[0], atol=1e-3)


def test_weights_are_stored_as_half_floats():
    assert sum(path.stat().st_size for path in ASSETS.glob("*.onnx")) < 2_800_000


def test_license_and_notice_travel_with_the_networks():
    assert "Apache License" in (ASSETS / "LICENSE").read_text("utf-8")
    assert "MediaPipe Authors" in (ASSETS / "NOTICE").read_text("utf-8")
