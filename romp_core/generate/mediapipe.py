"""Takes networks out of MediaPipe's wheel, a zip file, and writes them as ONNX with their license."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from .tflite_to_onnx import convert

Network = tuple[str, str, Mapping[str, int]]
"""Path in the wheel, name, and the outputs kept: name -> index in the TFLite output list."""


def write_networks(wheel: Path, folder: Path, networks: Sequence[Network], notice: str) -> list[Path]:
    """Write the networks with license and notice into `folder`; return the files written.

    Args:
        notice: text with `{version}` for that of the package.

    Raises:
        KeyError: `wheel` does not hold the networks (only MediaPipe 0.10.21 and a few before it do).
    """
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        contents = {f"{name}.onnx": convert(archive.read(path), name, outputs) for path, name, outputs in networks}
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/LICENSE"))
        contents["LICENSE"] = archive.read(metadata)
    version = metadata.removeprefix("mediapipe-").removesuffix(".dist-info/LICENSE")
    contents["NOTICE"] = notice.format(version=version).encode()
    written = []
    for name, data in contents.items():
        (folder / name).write_bytes(data)
        written.append(folder / name)
    return written
