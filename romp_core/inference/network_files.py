"""Opening networks in onnxruntime, the one place that knows its options."""

from __future__ import annotations

from pathlib import Path

import onnxruntime

from ..errors import ModelError
from . import sessions


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """The options of every session."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Waiting threads that spin steal the time of the decoder, which runs at the same time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def open_session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """A small network of our own, on the CPU, where it is fastest.

    Raises:
        ModelError: when the file is not a network that onnxruntime can run.
    """
    try:
        return onnxruntime.InferenceSession(str(path), session_options(threads), providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no public base class
        raise ModelError(f"The network {path.name} cannot be opened.", "Reinstall the extension.") from error


def open_network(path: Path, threads: int, batch: int = 1, content: bytes | None = None) -> sessions.Opened:
    """A large network from a file of the user, on the best provider that runs it.

    Args:
        threads: on the CPU.
        batch: the most images that will be run at a time.
        content: the network where the file is an archive that holds it.

    Raises:
        ModelError: when the file is not a network that onnxruntime can run.
    """
    try:
        return sessions.open(content or path, session_options(threads), batch=batch)
    except ModelError as error:
        raise ModelError(f"The network {path.name} cannot be opened.", error.hint) from error
