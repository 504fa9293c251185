"""Whether a weight or body file is the right one and works here: a report that a user can paste."""

from __future__ import annotations

import platform
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import __version__
from ..errors import ModelError
from ..storage.hashing import file_sha256
from ..weights.archive import unpack
from ..weights.file import WeightFile
from ..weights.store import WeightStore, checked_file


@dataclass(frozen=True)
class Report:
    """What was found: the text to paste; `problem` is "" for a file that works; `summary` is a sentence or two."""

    text: str
    problem: str
    summary: str


def verify(name: str, path: str | Path, store: WeightStore) -> Report:
    """Check hash, keys, shapes and a smoke inference of a file.

    Args:
        name: a model of the registry, or a key of the catalog. store: where the other files of the model are.

    Raises:
        ModelError: the file cannot be read, or there is no such name.
    """
    path = checked_file(path)
    model, file = _purpose(name, path, store)
    digest = file_sha256(path)
    lines = [
        f"romp_core   {__version__}, Python {platform.python_version()}, numpy {np.__version__}, "
        f"{platform.system()} {platform.machine()}",
        f"File        {path.name} as {file.key}, {path.stat().st_size} bytes",
        f"SHA-256     {digest}",
        f"Published   {_comparison(file, digest)}",
    ]
    problem = ""
    try:
        lines += _tried(model, file, path, store)
    except ModelError as error:
        problem = error.sentence
    text = "\n".join([*lines, f"Result      {problem or 'the file works'}"])
    remark = "" if file.is_published(digest) else f" It is not the published {file.file_names[0]}."
    return Report(text, problem, (problem or f"{path.name} works here.") + remark)


def _purpose(name: str, path: Path, store: WeightStore) -> tuple[str, WeightFile]:
    """Model to try the file with ("" for body files), and what the file is for it."""
    from ..models.registry import MODELS, REFINERS

    if name in REFINERS:
        return "", _of_refiner(name, path, store)
    if name in MODELS:
        keys = [each for key in MODELS[name].needs for each in (key, *store.files[key].instead)]
        if not keys:
            raise ModelError(f"{MODELS[name].label} is built in and has no files to verify.")
        alike = [key for key in keys if Path(key).suffix == path.suffix.lower()] or keys
        named = [key for key in alike if path.name in store.files[key].file_names]
        named += [key for key in alike if Path(key).stem in path.stem]
        return name, store.files[(named or alike)[0]]
    file = store.file(name)
    models = (card.name for card in MODELS.values() for key in card.needs if name in (key, *store.files[key].instead))
    return next(models, ""), file


def _of_refiner(name: str, path: Path, store: WeightStore) -> WeightFile:
    """The file of the model that this one is by its name, else by its suffix."""
    from ..models.registry import REFINERS

    files = [*map(store.file, REFINERS[name].needs), *REFINERS[name].files]
    alike = [file for file in files if path.name in file.file_names]
    alike += [file for file in files if path.suffix.lower() in {Path(each).suffix for each in file.file_names}]
    return (alike or files)[0]


def _comparison(file: WeightFile, digest: str) -> str:
    if not file.sha256:
        return "no hash is published"
    return "the same" if file.is_published(digest) else f"DIFFERENT: {file.sha256}"


def _tried(model: str, file: WeightFile, path: Path, store: WeightStore) -> list[str]:
    """Lines about the content, which was loaded and used. Raises ModelError."""
    from ..models.registry import REFINERS

    if model:
        return _tried_model(model, file, path, store)
    readers = (card.readers[file.key] for card in REFINERS.values() if file.key in card.readers)
    if reader := next(readers, None):
        return [f"Content     {reader(path)}"]
    if file.members:
        return _tried_archive(file, path)
    if path.suffix == ".npy":
        return [f"Content     {_shape(path)}"]
    return _tried_body(path, store)


def _tried_model(model: str, file: WeightFile, path: Path, store: WeightStore) -> list[str]:
    """Through the model's own loader, which checks keys and shapes; files that serve the same purpose are hidden.

    Where other files of the model are missing, this one is only read.
    """
    from ..models.registry import model_card
    from .self_test import try_model

    card = model_card(model)
    groups = [(key, *store.files[key].instead) for key in card.needs]
    others = {each: None for group in groups if file.key in group for each in group if each != file.key}
    store = store.given_files({**others, file.key: path})
    fits = "Content     keys and shapes fit"
    missing = [state.file.key for state in store.missing(card.needs)]
    checkpoint = next((each for each in card.checkpoints if file.key in each.files), None)
    if missing and checkpoint is not None:
        checkpoint.read(path)
        return [fits, f"Inference   not tried: {' and '.join(missing)} would be needed, too"]
    return [fits, f"Inference   {try_model(card, store)}"]


def _tried_archive(file: WeightFile, path: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        unpack(path, Path(folder), file.members)
        return [f"Content     {name} {_shape(Path(folder) / name)}" for name in file.members]


def _shape(path: Path) -> str:
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise ModelError(f"{path.name} is not an array.", "Choose the official file.") from error
    return f"{'x'.join(map(str, array.shape))} {array.dtype}"


def _tried_body(path: Path, store: WeightStore) -> list[str]:
    """A body is loaded and put into its rest pose."""
    from ..bodies.smpl import find_bodies, load_smpl

    body = load_smpl(path, find_bodies(store).data)
    vertices, joints = body.forward(np.zeros((1, 72), np.float32), np.zeros((1, 10), np.float32))
    tall = float(np.ptp(vertices[0, :, 1]))
    return [
        f"Content     SMPL body, {body.gender}, version {body.version}",
        f"Inference   {vertices.shape[1]} vertices, {joints.shape[1]} joints, {tall:.2f} m tall",
        *(f"Remark      {remark}" for remark in body.remarks),
    ]
