"""Files of every format with something wrong in them end in a sentence or a sound take, never in another error."""

import copy
import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from romp_core.checkpoints import read
from romp_core.errors import MocapError, SettingsError
from romp_core.formats import import_results
from tests import pickle_craft as craft
from tests.core.formats import tool_files
from tests.core.formats.test_importer import amass, romp_frame
from tests.core.formats.test_sam_body import record
from tests.core.formats.tool_files import filmed

FILES = {name: make for name, make in {**tool_files.CAMERAS, **tool_files.WORLDS}.items() if name != "SMPLer-X"}


def whole(name: str, folder: Path) -> Any:
    """The content of a good file of a format."""
    if name == "AMASS":
        return amass(156)
    if name == "SAM 3D Body":
        return record(np.zeros(3), np.array([0, 0.9, 4.0]))
    if name == "ROMP 1.0 with tracking":
        frame = romp_frame(0)
        one = {"cam": frame["cam"][0], "poses": frame["smpl_thetas"][0], "betas": frame["smpl_betas"][0]}
        return {"results": {0: {"00000000": one}}}
    return read(FILES[name](folder, [filmed()]))


def changes(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths to everything in a tree; of long lists and large dictionaries the first."""
    if isinstance(tree, dict):
        for key in list(tree)[:14]:
            yield (*path, key)
            yield from changes(tree[key], (*path, key))
    elif isinstance(tree, list) and tree:
        yield (*path, 0)
        yield from changes(tree[0], (*path, 0))


def values(old: Any) -> list[Any]:
    array = old if isinstance(old, np.ndarray) else None
    fitting = [] if array is None or not array.ndim or array.dtype.kind not in "fi" else [
        array[:-1], array[..., :-1], np.full(array.shape, np.nan), np.zeros(array.shape), array.astype(str),
        np.full(array.shape, 1e30), array[:0], array[None],
    ]  # fmt: skip
    return [None, "text", 7, [], {}, [1, [2, 3]], np.zeros(0), np.zeros((2, 2, 2, 2, 2)), *fitting]


def with_change(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(tree)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return changed


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FILES, "AMASS", "SAM 3D Body", "ROMP 1.0 with tracking"])
def test_whatever_is_wrong(name: str, tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    good = whole(name, tmp_path / "good")
    tried = 0
    for path in changes(good):
        old = good
        for key in path:
            old = old[key]
        for value in values(old):
            (tmp_path / "file.pkl").write_bytes(pickle.dumps(with_change(good, path, value)))
            tried += 1
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                try:
                    take = import_results(tmp_path / "file.pkl")
                except MocapError as error:
                    assert error.sentence.endswith(".") and len(error.sentence) < 300
                    continue
            for person in take.people:
                assert np.isfinite(person.observations.keypoints2d).all()
                assert person.motion is None or np.isfinite(person.motion.root).all()
    assert tried > 20


@pytest.mark.parametrize("name", FILES)
def test_a_call_in_a_file_of_each_format(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among the data of a good file stands a call: nothing is run, and the file is refused as a whole."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good").mkdir()
    good = whole(name, tmp_path / "good")
    attack = craft.call(craft.name("os", "mkdir"), craft.text("canary"))
    body = pickle.dumps(good, protocol=2)[2:-1]  # without protocol and end
    hostile = craft.tuple_(body, attack) + craft.STOP
    (tmp_path / "file.pkl").write_bytes(hostile)
    joblib.dump(good, tmp_path / "also.pkl", compress=3)
    import zlib

    (tmp_path / "also.pkl").write_bytes(zlib.compress(hostile))
    for file in ("file.pkl", "also.pkl"):
        with pytest.raises(MocapError, match="not safe to open"):
            import_results(tmp_path / file)
    assert not (tmp_path / "canary").exists()


def test_an_up_axis_for_people_in_camera_space_is_refused(tmp_path: Path) -> None:
    path = tool_files.phalp(tmp_path, [filmed()])
    with pytest.raises(SettingsError, match="no up axis"):
        import_results(path, up="y")
