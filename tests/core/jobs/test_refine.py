"""People of a take estimated again by MoRo; its networks are replaced by ones that always see the same pose."""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from romp_core.bodies.smpl.smplx import load_smplx
from romp_core.cli.main import main
from romp_core.errors import Cancelled, FootageError, ModelError, TakeError
from romp_core.footage import open_footage
from romp_core.formats import export_take
from romp_core.geometry.rotations import angle_between, quat_from_rotvec
from romp_core.jobs.add_parts import add_parts
from romp_core.jobs.listener import ProgressOnly
from romp_core.jobs.refine import refine
from romp_core.jobs.verify import verify
from romp_core.models.moro import card, networks
from romp_core.models.moro.connections import FILES
from romp_core.models.moro.files import CODEBOOK
from romp_core.models.registry import weight_store
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.edits import Edits, PersonEdit
from romp_core.take.edits.identities import Merge
from romp_core.take.take import Person, Provenance, Take, take_fov
from tests.core.synthetic import make_observations
from tests.smplx_body import posed, write_smplx

CLIP = Path(__file__).parents[2] / "data" / "counting.mp4"
FRAMES, TOKENS = 12, 87
VERTICES = (9383, 2618, 2618, 546, 546, 87, 87, 87, 546, 546, 2618, 2618, 9383, 9383)
AT = np.array([0.1, 0.2, 4.0])


def pose():
    """Both elbows bent, upright before the camera."""
    turns = np.zeros((1, 24, 3))
    turns[0, 18, 1], turns[0, 19, 1], turns[0, 4, 0] = -1.0, 0.7, 0.4
    return quat_from_rotvec(turns)


class Networks:
    """What `MoroNetworks` gives, of one pose; half of the tokens are hardly known."""

    opened = SimpleNamespace(provider="CPUExecutionProvider", remark="")

    def __init__(self, vertices):
        self.vertices, self.clips, self.looked_at = vertices, [], 0

    def backbone(self, crops):
        self.looked_at += len(crops)
        assert len(crops) <= 8 and crops.shape[1:] == (3, 256, 256)
        return np.full((len(crops), 4, 8), crops.mean(axis=(1, 2, 3))[:, None, None])

    def image(self, features, boxes):
        self.clips.append(len(features))
        weak = np.tile([1.0, 0, 0, 0, -1, 0, 0, 0, 0], (len(features), 1))
        return features, weak

    def motion(self, tokens, trajectory):
        return tokens, trajectory, trajectory

    def decode(self, motion, image, path, camera):
        logits = np.zeros((len(motion), TOKENS, 512), np.float32)
        logits[:, :, 7] = np.where(np.arange(TOKENS) < 40, 2.0, 20.0)
        refined = np.tile([1.0, 0, 0, 0, -1, 0, *AT], (len(motion), 1))
        return logits, refined, np.zeros((len(motion), 4))

    def smooth(self, tokens):
        return tokens

    def decode_mesh(self, tokens, neighbors):
        return np.repeat(self.vertices, len(tokens), axis=0)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with all files; the checkpoint is not read."""
    folder = tmp_path_factory.mktemp("moro")
    write_smplx(folder / "SMPLX_NEUTRAL.npz")
    (folder / "moro.ckpt").write_bytes(b"weights")
    statistics = {"Mean": np.zeros((1, 1, 9)), "Std": np.ones((1, 1, 9))}
    (folder / "amass_cum_traj.pkl").write_bytes(pickle.dumps(statistics))
    for layer, name in enumerate(FILES):
        count, inputs = VERTICES[layer], VERTICES[max(layer - 1, 0)]
        table = np.zeros((count, 5), np.int32)
        table[:, 1] = np.arange(count) * inputs // count
        table[:, 3] = inputs  # an unused slot
        np.save(folder / name, table)
    return folder


@pytest.fixture
def model(files, monkeypatch):
    """The networks in place of MoRo's."""
    body = load_smplx(files / "SMPLX_NEUTRAL.npz")
    vertices, _ = posed(body.only(np.arange(9383)), pose(), np.zeros(10))
    made = Networks(vertices)
    weights = {CODEBOOK: np.zeros((512, 9), np.float32)}
    for layer in (8, 10, 12):
        weights[f"vqvae.fully_conv_ae.p_neighbors{layer}"] = np.ones((VERTICES[layer], 2), np.float32)
    monkeypatch.setattr(card, "read_checkpoint", lambda path: weights)
    monkeypatch.setattr(networks, "MoroNetworks", lambda *_: made)
    return made


@pytest.fixture
def take(tmp_path):
    """Two people on twelve frames, one of whom is not seen in two of them."""
    with open_footage(CLIP) as source:
        frames = [frame for frame, _ in zip(source.frames(), range(FRAMES), strict=False)]
        times, numbers = (np.array([getattr(each, name) for each in frames]) for name in ("time", "source_frame"))
        info = replace(source.info, times=times, source_frames=numbers.astype(np.int32))

    def person(id, rows, left):
        seen = make_observations(rows, id)
        points = np.random.default_rng(id).uniform([left, 5], [left + 25, 60], seen.keypoints2d.shape)
        hands = np.ones((len(rows), 2, 21, 3), np.float32)
        scores = np.ones((len(rows), 2), np.float32)
        seen = replace(
            seen, keypoints2d=points.astype(np.float32), hand_points=hands, hand_world=hands, hand_presence=scores,
            hand_right=scores, hand_sharpness=scores,
        )  # fmt: skip
        return Person(id, f"Person {id}", seen)

    rows = np.arange(FRAMES)
    people = person(1, rows[(rows < 5) | (rows > 6)], 10), person(2, rows, 60)
    made = Provenance(
        "blazepose", "Apache-2.0", "CC0-1.0", {"a": "0"}, "1", "2026", commercial_use="yes",
        license_checked="2026-01-01", license_evidence="the license was read",
    )  # fmt: skip
    path = tmp_path / "take.npz"
    save_take(Take("0123456789abcdef", info, people, provenance=made), path)
    return path


QUIET = ProgressOnly(None)


def test_a_person_gets_the_poses_of_the_networks(take, files, model, tmp_path, capsys):
    out, before = tmp_path / "refined.npz", take.read_bytes()
    arguments = ["refine", str(take), "-o", str(out), "--people", "1", "--weights", str(files), "--progress", "none"]
    assert main(arguments) == 0
    assert "A GPU is strongly advised" in capsys.readouterr().err
    assert take.read_bytes() == before, "the first take is kept"
    old, new = load_take(take), load_take(out)
    assert new.id != old.id and new.solved
    seen, other = new.person(1).observations, new.person(2).observations
    assert seen.has_rotations and not other.has_rotations
    np.testing.assert_array_equal(seen.frame_index, np.arange(FRAMES), err_msg="the gap is filled")
    np.testing.assert_array_equal(other.keypoints2d, old.person(2).observations.keypoints2d)
    assert np.degrees(angle_between(seen.rotations[:, 1:], pose()[:, 1:])).max() < 1
    upright = quat_from_rotvec(np.array([np.pi, 0, 0]))
    assert np.degrees(angle_between(seen.rotations[:, 0], upright)).max() < 1
    np.testing.assert_allclose(seen.root, np.tile(AT, (FRAMES, 1)), atol=5e-3)
    assert seen.hand_presence[:, 0].tolist() == [1] * 5 + [0] * 2 + [1] * 5
    assert new.person(1).motion is not None
    assert take_fov(new) == pytest.approx(take_fov(old), rel=1e-4), "the camera stays"
    assert model.clips == [FRAMES] and model.looked_at == FRAMES


def test_confidence_is_that_of_the_tokens_of_a_joint(take, files, model, tmp_path):
    new = refine(load_take(take), tmp_path / "out.npz", QUIET, store=weight_store(files))
    shares = new.person(1).observations.visibility
    inside = shares[shares > 0]
    assert 0.01 < inside.min() < inside.max() <= 1


def test_both_licenses_are_stamped_and_the_stricter_one_counts(take, files, model, tmp_path):
    made = refine(load_take(take), tmp_path / "out.npz", QUIET, store=weight_store(files)).provenance
    assert made.model == "blazepose+moro" and made.commercial_use == "no"
    assert "Apache-2.0" in made.model_license and "no license is published" in made.model_license
    assert made.license_checked == "2026-01-01" and made.license_evidence == "unclear or contradictory"
    assert {"a", "moro.ckpt", "amass_cum_traj.pkl", "SMPLX_NEUTRAL", "_pool0.npy"} <= set(made.weights)
    again = refine(load_take(tmp_path / "out.npz"), tmp_path / "again.npz", QUIET, store=weight_store(files))
    assert again.provenance.model == "blazepose+moro"


def test_edits_stay_and_who_is_joined_is_refined_together(take, files, model, tmp_path):
    edited = replace(load_take(take), edits=Edits(operations=(Merge(1, 2),)))
    save_take(edited, take)
    out = tmp_path / "out.npz"
    refine(load_take(take), out, QUIET, people=[1], store=weight_store(files))
    new = load_take(out)
    assert new.edits == edited.edits
    assert all(person.observations.has_rotations for person in new.people)
    (one,) = new.characters
    assert one.id == 1
    assert main(["solve", str(out), "--height", "1.6", "--progress", "none"]) == 0


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("moro.ckpt", "MoRo weights"),
        ("moro_connections.zip", "MoRo's connection files"),
        ("amass_cum_traj.pkl", "statistics of trajectories"),
        ("SMPLX_NEUTRAL", "SMPL-X body"),
    ],
)
def test_a_missing_file_is_asked_for_by_name(take, files, tmp_path, key, reason):
    with pytest.raises(ModelError, match=reason) as caught:
        refine(load_take(take), tmp_path / "out.npz", QUIET, store=weight_store(files).given_files({key: None}))
    assert caught.value.hint
    assert ("wrong scale" in caught.value.hint) == (key == "amass_cum_traj.pkl")


def test_a_folder_of_connections_can_be_chosen(files, tmp_path):
    store = weight_store(tmp_path / "weights")
    store.choose("moro_connections.zip", files)
    assert store.find("moro_connections.zip") == files
    with pytest.raises(ModelError, match=r"_pool0\.npy"):
        store.choose("moro_connections.zip", tmp_path)


def test_files_are_verified(files, tmp_path):
    store = weight_store(files)
    assert "mean and deviation" in verify("moro", files / "amass_cum_traj.pkl", store).text
    assert "10475 vertices" in verify("SMPLX_NEUTRAL", files / "SMPLX_NEUTRAL.npz", store).text
    assert "9383 vertices" in verify("_pool0.npy", files / "_pool0.npy", store).text
    assert verify("moro.ckpt", files / "moro.ckpt", store).problem
    with zipfile.ZipFile(tmp_path / "connections.zip", "w") as archive:
        for name in FILES:
            archive.write(files / name, f"conv/{name}")
    assert "_unpool0.npy 9383x5" in verify("moro", tmp_path / "connections.zip", store).text


def test_it_is_listed_but_not_among_what_may_be_sold(files, tmp_path, capsys):
    assert main(["models", "--weights", str(tmp_path)]) == 0
    listed = capsys.readouterr().out
    assert "MoRo: People of a take who are partly hidden" in listed and "choose amass_cum_traj.pkl FILE" in listed
    assert "download moro" not in listed
    assert main(["models", "--commercial", "--weights", str(tmp_path)]) == 0
    assert "MoRo" not in capsys.readouterr().out


def test_what_needs_one_kind_of_people_says_so(take, files, model, tmp_path):
    mixed = refine(load_take(take), tmp_path / "out.npz", QUIET, people=[1], store=weight_store(files))
    with pytest.raises(TakeError, match="only some of its people were refined"):
        export_take(mixed, "keypoints", tmp_path / "keypoints.npz")
    with pytest.raises(TakeError, match="only some of its people were refined"):
        add_parts(mixed, tmp_path / "out.npz", "hands", QUIET)


def test_who_was_removed_is_left_out(take, files, model, tmp_path):
    removed = load_take(take)
    removed = replace(removed, edits=removed.edits.with_person(2, PersonEdit(removed=True)))
    new = refine(removed, tmp_path / "out.npz", QUIET, store=weight_store(files))
    assert [person.observations.has_rotations for person in new.people] == [True, False]


def test_wrong_people_and_footage_are_refused(take, files, model, tmp_path, demo_clip):
    out, store = tmp_path / "out.npz", weight_store(files)
    with pytest.raises(TakeError, match="no person 7"):
        refine(load_take(take), out, QUIET, people=[7], store=store)
    with pytest.raises(FootageError, match="not the footage of this take"):
        refine(load_take(take), out, QUIET, footage=str(demo_clip), store=store)
    with pytest.raises(Cancelled):
        refine(load_take(take), out, QUIET, cancelled=lambda: True, store=store)
    assert not out.exists()
    assert main(["refine", str(take), "-o", str(take), "--weights", str(files), "--progress", "none"]) == 1
