"""RTMO's two kinds of files behind one interface: canvases in, people out."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Protocol

from ...typing import Array
from .detections import Detections


class RtmoNetwork(Protocol):
    """A network that is ready to run.

    Attributes:
        rows, columns: of the canvas that it reads.
        batch: canvases at a time.
        provider: the onnxruntime execution provider that actually runs; remark: why it is not the requested one.
    """

    rows: int
    columns: int
    batch: int
    provider: str
    remark: str

    def __call__(self, canvases: Array) -> list[Detections]:
        """People in the pixels of each canvas, (batch, rows, columns, 3) uint8 RGB; duplicates may be among them."""
        ...


def open_rtmo(path: Path) -> RtmoNetwork:
    """The network of a published file: a zip with an ONNX file, an ONNX file, or a checkpoint.

    Raises:
        ModelError: it is none of these, or of people with other keypoints.
    """
    from .complete_network import CompleteNetwork
    from .template_network import TemplateNetwork

    if path.suffix.lower() == ".onnx" or _is_archive(path):
        return CompleteNetwork(path)
    return TemplateNetwork(path)


def _is_archive(path: Path) -> bool:
    """Whether it is a zip; torch writes its checkpoints as zips, too."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as opened:
            return not any(name.rpartition("/")[2] == "data.pkl" for name in opened.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return True
