"""Takes on disk: one `.npz` without pickles. Arrays by path-like keys, everything else in one JSON record.

Keys: `meta` (UTF-8 JSON as uint8), `times`, `source_frames`, `camera/rotation`, `camera/position`, `background/<field>`
for Background, and per person i `i/raw/<field>` for Observations and `i/motion/<field>` for Motion; `made/<id>/<field>`
for Motion of people whom edits made.
"""

from __future__ import annotations

import errno
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import TakeError
from ..take.background import Background
from ..take.edits import Edits
from ..take.estimates import Estimates
from ..take.observations import Observations
from ..take.settings import CaptureSettings, SolveSettings, from_mapping, to_mapping
from ..take.solve_digest import digest_of
from ..take.take import Camera, FootageInfo, Motion, Person, Provenance, Take
from ..typing import Array
from .atomic import replacing
from .migration import migrate

SCHEMA_VERSION = 3


def save_take(take: Take, path: str | Path) -> Path:
    """Write the take; see `write_npz`."""
    return write_npz(path, _to_arrays(take))


def write_npz(path: str | Path, arrays: Mapping[str, Array]) -> Path:
    """Write arrays to an npz without pickles, whole or not at all.

    Raises:
        TakeError: the folder cannot be written, the disk is full, or see `check_target`.
    """
    path = Path(path)
    check_target(path)
    try:
        # Not np.savez: where the disk is full, that leaves an archive behind which complains when it is collected.
        with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
    except OSError as error:
        raise write_error(path, error) from error
    return path


def check_target(path: str | Path) -> None:
    """Refuse to write over a folder, or over a file that is no npz: most likely it is the footage.

    Raises:
        TakeError: it is one of these.
    """
    path = Path(path)
    if path.is_dir():
        raise TakeError(f'"{path}" is a folder.', "Name a file in it, such as take.npz.")
    if path.is_file() and path.stat().st_size and not zipfile.is_zipfile(path):
        raise TakeError(f'"{path}" is another kind of file and would be overwritten.', "Choose another name.")


def load_take(path: str | Path) -> Take:
    """Read a take of this or an older schema version.

    Raises:
        TakeError: missing, damaged, not a take, or written by a newer version.
    """
    path = Path(path)
    with _sentences(path):
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        return _from_arrays(arrays)


def is_take(path: str | Path) -> bool:
    """Whether a file looks like a take of whatever version, judged by the names in it."""
    try:
        with zipfile.ZipFile(path) as file:
            return {"meta.npy", "times.npy"} <= set(file.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def read_record(path: str | Path) -> dict[str, Any]:
    """The record of a take file alone, without its arrays; of the file's own schema version.

    Raises:
        TakeError: missing, damaged, or not a take.
    """
    with _sentences(Path(path)), np.load(path, allow_pickle=False) as file:
        record: dict[str, Any] = json.loads(file["meta"].tobytes().decode())
        record["id"], record["people"]
        return record


def take_id(path: str | Path) -> str:
    """The id of the take in a file; "" when it is not a readable take."""
    try:
        return str(read_record(path)["id"])
    except TakeError:
        return ""


def write_error(path: Path, error: OSError) -> TakeError:
    """A user's sentence for a failed write."""
    if error.errno == errno.ENOSPC:
        return TakeError(
            f"The disk is full; {path.name} could not be written.", "Free some space or choose another disk."
        )
    reason = error.strerror or type(error).__name__
    return TakeError(f"Cannot write {path} ({reason}).", "Choose a folder that you may write to.")


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a take file is read into a sentence."""
    try:
        yield
    except FileNotFoundError as error:
        raise TakeError(f"There is no take at {path}.", "Choose an existing take file.") from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise TakeError(
            f"{path.name} is not a readable take.", "It may be damaged, or another kind of file."
        ) from error


def _to_arrays(take: Take) -> dict[str, Array]:
    meta = {
        "schema_version": SCHEMA_VERSION,
        "id": take.id,
        "footage": {key: value for key, value in vars(take.footage).items() if key not in ("times", "source_frames")},
        "capture": to_mapping(take.capture),
        "solve": to_mapping(take.solve),
        "provenance": {**vars(take.provenance), "weights": dict(take.provenance.weights)},
        "fov": take.camera.fov if take.camera else None,
        "people": [{"id": person.id, "name": person.name, "height": person.height} for person in take.people],
        "edits": take.edits.to_mapping(),
        "estimates": take.estimates.to_mapping() if take.estimates else None,
        "solved_for": (take.solved_for or digest_of(take)) if take.solved else "",
    }
    arrays: dict[str, Array] = {
        "meta": np.frombuffer(json.dumps(meta).encode(), np.uint8),
        "times": take.footage.times,
        "source_frames": take.footage.source_frames,
    }
    if take.camera:
        arrays["camera/rotation"], arrays["camera/position"] = take.camera.rotation, take.camera.position
    groups: list[tuple[str, Any]] = [("background", take.background)]
    for index, person in enumerate(take.people):
        groups += [(f"{index}/raw", person.observations), (f"{index}/motion", person.motion)]
    groups += [(f"made/{id}", motion) for id, motion in take.made_motions.items()]
    for group, record in groups:
        values = vars(record) if record is not None else {}
        arrays |= {f"{group}/{key}": value for key, value in values.items() if value is not None}
    return arrays


def _from_arrays(arrays: dict[str, Array]) -> Take:
    meta = json.loads(arrays["meta"].tobytes().decode())
    if meta["schema_version"] > SCHEMA_VERSION:
        raise TakeError("This take was made by a newer version.", "Update the extension to open it.")
    migrate(meta, arrays)
    people = []
    for index, record in enumerate(meta["people"]):
        raw, motion = _group(Observations, arrays, f"{index}/raw/"), _group(Motion, arrays, f"{index}/motion/")
        if raw is None:
            raise TakeError("This take has a person without observations.")
        people.append(Person(record["id"], record["name"], raw, record["height"], motion))
    camera = None
    if meta["fov"] is not None:
        camera = Camera(meta["fov"], arrays["camera/rotation"], arrays["camera/position"])
    footage = {**meta["footage"], "cuts": tuple(meta["footage"]["cuts"])}
    take = Take(
        id=meta["id"],
        footage=FootageInfo(**footage, times=arrays["times"], source_frames=arrays["source_frames"]),
        people=tuple(people),
        capture=from_mapping(CaptureSettings, meta["capture"]),
        solve=from_mapping(SolveSettings, meta["solve"]),
        provenance=Provenance(**meta["provenance"]),
        camera=camera,
        edits=Edits.from_mapping(meta["edits"]),
        estimates=Estimates.from_mapping(meta["estimates"]) if meta.get("estimates") else None,
        made_motions={id: _group(Motion, arrays, f"made/{id}/") for id in _made(arrays)},
        background=_group(Background, arrays, "background/"),
    )
    solved_for = meta.get("solved_for") or digest_of(take)  # files of 0.2.0 do not say
    return replace(take, solved_for=solved_for if take.solved else "")


def _made(arrays: Mapping[str, Array]) -> list[int]:
    """Ids of people whom edits made."""
    return sorted({int(name.split("/")[1]) for name in arrays if name.startswith("made/")})


def _group(cls: type, arrays: dict[str, Array], prefix: str) -> Any:
    found = {item.name: arrays[prefix + item.name] for item in fields(cls) if prefix + item.name in arrays}
    return cls(**found) if found else None
