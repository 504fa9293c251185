"""MoRo against its reference, through onnxruntime (`spec/moro.md`, 7)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from romp_core.errors import ModelError
from romp_core.inference.template import TEMPLATES, template_shapes
from romp_core.models.moro.connections import FILES, read_connections
from romp_core.models.moro.generation import generate
from romp_core.models.moro.networks import MoroNetworks, nearest_codes
from romp_core.models.moro.trajectory import Statistics, camera_trajectory, matrix_from_six, relative
from romp_core.reference import __file__ as reference
from tests.moro_formula import cases, formula_weights, normal, statistics, toy_connections

TINY = Path(reference).parent / "templates"
CASES = ("generate_tiny", "generate_tiny_partial", pytest.param("generate_full", marks=pytest.mark.slow))
ARRAYS = ("masked", "argmax", "logits", "conf", "cam_R", "cam_T", "contact", "cano_noisy", "cano")
CODEBOOK = "vqvae.vq_vae._embedding.weight"


@pytest.fixture(scope="module")
def moro(golden):
    return golden / "moro"


def networks(moro, case="", prefix="moro_tiny", folder=TINY):
    """Networks with formula weights, and the codebook."""
    shapes = {CODEBOOK: (512, 9)}
    for path in folder.glob(f"{prefix}_*.onnx"):
        if case.startswith("vit") == ("_vit_" in path.name) and (prefix == "moro_tiny" or "tiny" not in path.name):
            shapes |= template_shapes(path)
    weights = formula_weights(shapes, cases(moro)["salt"], case)
    return MoroNetworks(weights, 2, prefix=prefix, folder=folder), weights[CODEBOOK]


def test_units(moro):
    units, known = np.load(moro / "units.npz"), Statistics(*statistics())
    assert_allclose(known.mean, units["Mean"], atol=1e-6)
    assert_allclose(known.deviation, units["Std"], atol=1e-6)
    assert_allclose(matrix_from_six(units["d6"]), units["R"], atol=1e-5)
    for turns, at, expected in zip(units["R"], units["T"], units["rep"], strict=True):
        assert_allclose(relative(turns, at[:, 0], known), expected, atol=1e-4)
    turns, at = camera_trajectory(units["weak"].reshape(-1, 9), units["bbox"].reshape(-1, 3))
    assert_allclose(turns, units["cliff_R"].reshape(-1, 3, 3), atol=1e-5)
    assert_allclose(at, units["cliff_T"].reshape(-1, 3), rtol=1e-5, atol=1e-4)
    assert not relative(turns[:1], at[:1], known).any()


def test_tokenizer(moro):
    toy, near = np.load(moro / "tokenizer_toy.npz"), toy_connections()
    run, codebook = networks(moro)
    encoded = run.encode_mesh(toy["mesh"], near)
    assert_allclose(encoded, toy["z"], atol=1e-5)
    np.testing.assert_array_equal(nearest_codes(encoded, codebook), toy["ids"])
    assert_allclose(run.decode_mesh(toy["z"], near), toy["recon_from_z"], atol=1e-4)
    assert_allclose(run.decode_mesh(codebook[toy["ids"]], near), toy["recon_from_ids"], atol=1e-4)


def test_backbone(moro):
    run, _ = networks(moro, "vit_tiny/")
    out = run.backbone(normal("moro/crop", (1, 3, 256, 256)))
    expected = np.load(moro / "vit_tiny.npz")["out"]
    assert_allclose(out.transpose(0, 2, 1).reshape(expected.shape), expected, atol=1e-3)


@pytest.mark.parametrize("case", CASES)
def test_decoding(moro, case):
    expected, config = np.load(moro / f"{case}.npz"), cases(moro)[case]["config"]
    full = config["num_tokens"] == 87
    run, codebook = networks(moro, f"{case}/", *(("moro", TEMPLATES) if full else ()))
    former, frames = config["dst_former"], config["num_frames"]
    rows, columns = former["backbone_HW"]
    shape = (1, frames, rows * columns, former["dim_backbone_feat"])
    rounds = []
    found = generate(
        run,
        normal(f"moro/{case}/cond", shape)[0],
        expected["bbox"][0],
        expected["ids_in"][0],
        codebook,
        Statistics(*statistics()),
        rounds.append,
    )
    assert len(rounds) == cases(moro)[case]["steps"]
    for number, each in enumerate(rounds):
        known = {name: expected[f"step{number}_{name}"][0] for name in ARRAYS}
        np.testing.assert_array_equal(each.masked, known["masked"])
        np.testing.assert_array_equal(each.ids, known["argmax"])
        every = each.logits.shape[-1] // len(known["logits"])
        assert_allclose(each.logits[..., ::every], known["logits"].transpose(1, 2, 0), atol=1e-3)
        assert_allclose(each.confidence, known["conf"], atol=1e-3)
        assert_allclose(each.rotations, known["cam_R"], atol=1e-4)
        assert_allclose(each.positions, known["cam_T"][:, 0], atol=1e-3)
        assert_allclose(each.contacts, known["contact"], atol=1e-3)
        assert_allclose(each.given, known["cano_noisy"], atol=1e-3)
        assert_allclose(each.cleaned, known["cano"], atol=1e-3)
    np.testing.assert_array_equal(found.ids, expected["pred_ids"][0])
    assert_allclose(found.weak, expected["coarse_weak"][0], atol=1e-4)
    tokens = codebook[found.ids]
    assert_allclose(tokens, expected["tokens"][0], atol=1e-6)
    smooth = run.smooth(tokens)
    assert_allclose(smooth, expected["smoothed_tokens"][0], atol=1e-5)
    if "mesh_local" in expected:
        mesh = run.decode_mesh(smooth, toy_connections())
        assert_allclose(mesh, expected["mesh_local"][0], atol=1e-4)
        placed = mesh @ np.swapaxes(found.rotations, 1, 2) + found.positions[:, None]
        assert_allclose(placed, expected["mesh_cam"][0], atol=1e-4)


def test_templates_take_the_released_weights(moro):
    released = json.loads((moro / "state_dict.json").read_text("utf-8"))["state_dict"]
    taken = {}
    for path in TEMPLATES.glob("moro_*.onnx"):
        taken |= template_shapes(path)
    assert all(tuple(released[name]) == shape for name, shape in taken.items())
    left = set(released) - set(taken)
    unused = ("m_pose_regressor.", "m_contact_regressor.", "vq_vae.", "token_emb.")
    assert all(any(part in name for part in unused) for name in left)


def test_connections_are_read_or_refused(tmp_path):
    near = toy_connections()
    for name, each in zip(FILES, near, strict=True):
        table = np.zeros((len(each), 11), np.int32)
        table[:, 1::2] = each
        np.save(tmp_path / name, table)
    for read, each in zip(read_connections(tmp_path), near, strict=True):
        np.testing.assert_array_equal(read, each)
    table[0, 1] = 1000
    np.save(tmp_path / FILES[-1], table)
    with pytest.raises(ModelError, match=r"_unpool0\.npy does not go with the other"):
        read_connections(tmp_path)
    (tmp_path / "_pool3.npy").unlink()
    with pytest.raises(ModelError, match=r"needs _pool3\.npy"):
        read_connections(tmp_path)
    (tmp_path / "_pool3.npy").write_bytes(b"no array")
    with pytest.raises(ModelError, match="not a readable"):
        read_connections(tmp_path)
