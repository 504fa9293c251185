"""MA-HMR's files: every key accounted for, variants told apart or refused by name, and `verify`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from romp_core.cli.main import main
from romp_core.errors import ModelError
from romp_core.inference.template import template_shapes
from romp_core.models.ma_hmr.checkpoint import COARSE, ENCODER, FINE, FOV, PEOPLE, read_weights, variant_of
from tests.core.models.ma_hmr.conftest import SMALL, write_small
from tests.torch_files import save_torch_zip

TRAINING = {"dn_enc.label_enc.weight": (2, 768), "dn_enc.label_enc.bias": (768,)}


@pytest.fixture
def ten_betas(ma_hmr, shapes) -> dict[str, tuple[int, ...]]:
    """The same without the coefficient of children."""
    table = json.loads((ma_hmr / "state_dict.json").read_text())["non_kid_differences"]
    return shapes | {key: tuple(entry[0]) for key, entry in table.items() if key in shapes}


def without_camera(shapes):
    return {key: shape for key, shape in shapes.items() if not key.startswith("fov_head.")}


def test_templates_take_every_weight_of_the_published_checkpoint(ma_hmr):
    table = json.loads((ma_hmr / "state_dict.json").read_text())["state_dict"]
    taken = {key for name in (COARSE, FINE, ENCODER, PEOPLE, FOV) for key in template_shapes(name)}
    loose = {"encoder_pos_embeds", "level_embed", "mean_pose", "mean_shape"}
    tables = {"cam_intrinsics", "z_order_map", "y_coords", "x_coords"}
    rest = {key for key in table.keys() - taken - loose - tables if not key.startswith("human_model.")}
    assert rest == {key for key in table if key.startswith("decoder.decoder.bbox_embed.")}, "which is stored twice"
    assert taken < table.keys()
    for name in (COARSE, FINE, ENCODER, PEOPLE, FOV):
        assert all(tuple(table[key][0]) == shape for key, shape in template_shapes(name).items())


def test_stages_and_relatives_are_told_apart(shapes, ten_betas):
    published = variant_of({**shapes, "encoder_pos_embeds": (92, 92, 768)})
    assert (published.title, published.input_size, published.fov, published.age) == ("MA-HMR", 1288, True, True)
    assert not published.remark
    first = variant_of({**without_camera(shapes), **TRAINING})
    assert not first.fov and first.input_size == SMALL and "stage 1 has no camera branch" in first.remark
    parent = variant_of({**without_camera(ten_betas), "encoder_pos_embeds": (92, 92, 768)})
    assert (parent.title, parent.input_size, parent.age) == ("SAT-HMR", 1288, False)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"encoder_pos_embeds": (8, 8, 1024)}, "ViT-L"),
        ({"encoder_pos_embeds": (7, 7, 768)}, "position table"),
        ({"encoder.additional_blocks.3.norm1.weight": (768,)}, "4 additional blocks"),
    ],
)
def test_other_variants_are_refused_by_name(shapes, tmp_path, change, sentence):
    with pytest.raises(ModelError, match=sentence):
        read_weights(write_small({**shapes, **change}, tmp_path / "other.bin"))


def test_weights_without_tokens_of_several_sizes_are_refused(shapes):
    with pytest.raises(ModelError, match="scale-adaptive"):
        variant_of({key: shape for key, shape in shapes.items() if not key.startswith("scale_head.")})


def test_unknown_and_missing_keys_are_named(shapes, tmp_path):
    with pytest.raises(ModelError, match=r"not MA-HMR's: hands\.weight"):
        read_weights(write_small({**shapes, "hands.weight": (3,)}, tmp_path / "more.bin"))
    lost = "encoder.blocks.7.mlp.fc1.bias"
    with pytest.raises(ModelError, match=lost.replace(".", r"\.")):
        read_weights(write_small({key: shapes[key] for key in shapes if key != lost}, tmp_path / "less.bin"))
    wrong = {**shapes, "conf_head.bias": (2,)}
    with pytest.raises(ModelError, match=r"conf_head\.bias has another shape"):
        read_weights(write_small(wrong, tmp_path / "wrong.bin"))


def test_smpl_data_and_training_state_are_left_out(shapes, tmp_path):
    more = {"human_model.layer_n.v_template": (6890, 3), **TRAINING}
    weights = read_weights(write_small({**shapes, **more}, tmp_path / "stage1.bin"))
    assert not [key for key in weights.networks if key.startswith(("human_model.", "dn_enc.", "decoder.decoder.bbox"))]


def test_boxes_that_differ_from_their_copy_are_refused(shapes, tmp_path):
    # A small file again: everything but the two copies is a view of few numbers.
    state = {key: np.broadcast_to(np.float32(0.01), shape) for key, shape in shapes.items()}
    key = "decoder.decoder.bbox_embed.2.layers.1.bias"
    state[key] = np.full(shapes[key], 0.02, np.float32)
    save_torch_zip(state, tmp_path / "two.bin")
    with pytest.raises(ModelError, match=key.replace(".", r"\.")):
        read_weights(tmp_path / "two.bin")
    (tmp_path / "two.bin").unlink()


def test_ten_coefficients_get_an_eleventh_that_is_always_zero(ten_betas, tmp_path):
    weights = read_weights(write_small(ten_betas, tmp_path / "ten.bin"))
    assert weights.mean_shape.shape == (10,)
    for layer in range(6):
        for kind in ("weight", "bias"):
            values = weights.networks[f"shape_head.{layer}.layers.4.{kind}"]
            assert len(values) == 11 and values[:10].any()
            assert_array_equal(values[10], 0)


def test_a_file_is_verified(small_checkpoint, tmp_path, capsys):
    command = ["verify", "ma_hmr", str(small_checkpoint), "--weights", str(tmp_path / "w")]
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "as mahmr_stage3.bin" in text and "keys and shapes fit" in text and "video frames searched" in text


def test_stage_1_is_verified_and_called_so(shapes, tmp_path, capsys):
    path = write_small({**without_camera(shapes), **TRAINING}, tmp_path / "mahmr_stage1.bin")
    assert main(["verify", "ma_hmr", str(path), "--weights", str(tmp_path / "w")]) == 0
    text = capsys.readouterr().out
    assert "as mahmr_stage1.bin" in text and "60 degrees over the longer side is assumed" in text


def test_other_files_are_refused(tmp_path, romp_checkpoint, capsys):
    assert main(["verify", "ma_hmr", str(romp_checkpoint), "--weights", str(tmp_path / "w")]) == 1
    assert "holds ROMP, not MA-HMR" in capsys.readouterr().err
    damaged = tmp_path / "mahmr_stage3.bin"
    damaged.write_bytes(Path(romp_checkpoint).read_bytes()[:100_000])
    assert main(["verify", "ma_hmr", str(damaged), "--weights", str(tmp_path / "w")]) == 1


def test_the_license_and_the_way_to_the_files_are_shown(tmp_path, capsys):
    assert main(["models", "--weights", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert (
        "MA-HMR: " in text
        and "CC BY-NC 4.0" in text
        and "mahmr_stage3.bin (MA-HMR weights, stage 3) is missing" in text
    )
    assert "cloud.tsinghua.edu.cn" in text
