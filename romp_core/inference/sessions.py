"""Opening a network on the best provider that really starts, and saying which one that is."""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime

from ..errors import ModelError
from ..typing import Array
from . import libraries
from .options import RuntimeChoice
from .providers import AUTOMATIC, CPU, CUDA, Provider, ladder

log = logging.getLogger(__name__)

_MIN_SHARE = 0.5
_RECORD = "session.record_ep_graph_assignment_info"
_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}


class Opened(NamedTuple):
    """A network ready to run.

    Attributes:
        session: the session; on anything but the CPU it has run once already.
        provider: onnxruntime's name of the provider that computes it.
        remark: one sentence for the user where that is not the requested one; else empty.
    """

    session: onnxruntime.InferenceSession
    provider: str
    remark: str


class _DidNotStart(Exception):
    """Why a provider cannot be used, in a few words."""


def open(
    model: bytes | str | os.PathLike[str],
    options: onnxruntime.SessionOptions,
    preferred: str = AUTOMATIC,
    folder: Path | None = None,
    batch: int = 1,
    sizes_on_cpu: Mapping[str, int] | None = None,
) -> Opened:
    """A session on the first provider of the ladder that starts, runs, and computes most of the network.

    Args:
        model: the network's bytes or path.
        options: threads, external initializers and so on; what a provider needs otherwise is changed for it only.
        preferred: key of a provider to try first; "auto" takes the user's choice from the environment.
        folder: searched for CUDA libraries; None takes the user's choice from the environment.
        batch: the largest batch that will be run, so that too little memory shows here.
        sizes_on_cpu: values of sizes that the network leaves free, by their names, if the CPU runs it: it then plans
            its memory, which saves a twentieth of the time, and takes no other sizes.

    Raises:
        ModelError: not even the CPU can run it.
        SettingsError: the choice in the environment names a provider or a folder that does not exist.
    """
    choice = RuntimeChoice.from_environment()
    requested = choice.provider if preferred == AUTOMATIC else preferred
    where = folder or (Path(choice.folder) if choice.folder else None)
    offered = onnxruntime.get_available_providers()
    rungs = ladder(requested, offered)
    if len(rungs) > 1:
        options.add_session_config_entry(_RECORD, "1")
    failures: dict[str, None] = {}
    for provider in rungs:
        if provider.name not in offered:
            failures[f"{provider.title} is not part of this installation"] = None
            continue
        if provider is CPU:  # the last rung, so nobody else gets these options
            for free, size in (sizes_on_cpu or {}).items():
                options.add_free_dimension_override_by_name(free, size)
        try:
            session = _start(model, options, provider, where, choice.fast, batch)
        except _DidNotStart as reason:
            log.warning("%s did not start: %s", provider.label, reason, exc_info=reason.__cause__)
            failures[f"{provider.label} did not start ({reason})"] = None
            continue
        remark = f"{_enumerated(failures)}, so the network runs on {provider.label}." if failures else ""
        return Opened(session, session.get_providers()[0], remark)
    raise ModelError("The network cannot be opened.", f"{_enumerated(failures)}.")


def _start(
    model: bytes | str | os.PathLike[str],
    options: onnxruntime.SessionOptions,
    provider: Provider,
    folder: Path | None,
    fast: bool,
    batch: int,
) -> onnxruntime.InferenceSession:
    """A session on this provider and no other; raises `_DidNotStart`."""
    _load_libraries(provider, folder)
    source = model if isinstance(model, bytes) else os.fspath(model)
    settings = {**provider.options, **(provider.fast if fast else {})}
    providers = [(provider.name, settings), *((name, {}) for name in provider.beside)]
    try:
        with _suited(options, provider):
            session = onnxruntime.InferenceSession(source, options, providers=providers, enable_fallback=0)
    except Exception as error:  # onnxruntime's errors share no public base class
        raise _DidNotStart(_first_line(error)) from error
    if session.get_providers()[0] != provider.name:  # onnxruntime tells only its log
        raise _DidNotStart(_lacking(provider))
    if provider is not CPU:
        _check_share(session, provider)
        _try(session, batch)
    return session


def _load_libraries(provider: Provider, folder: Path | None) -> None:
    if CUDA in (provider.name, *provider.beside):
        libraries.load_cuda(folder)
    if provider.key == "openvino":
        libraries.show_openvino()


@contextlib.contextmanager
def _suited(options: onnxruntime.SessionOptions, provider: Provider) -> Iterator[None]:
    """The caller's options with what this provider asks for."""
    before = options.enable_mem_pattern, options.execution_mode
    if provider.plain:
        options.enable_mem_pattern = False
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    try:
        yield
    finally:
        options.enable_mem_pattern, options.execution_mode = before


def _lacking(provider: Provider) -> str:
    missing = libraries.missing_for_cuda() if provider.name == CUDA else []
    if missing:
        return f"{_enumerated(missing)} {'was' if len(missing) == 1 else 'were'} not found"
    return "the log says why"


def _check_share(session: onnxruntime.InferenceSession, provider: Provider) -> None:
    """Refuse a provider that leaves most of the network to the CPU; older onnxruntimes cannot tell."""
    if not hasattr(session, "get_provider_graph_assignment_info"):
        return
    nodes: Counter[str] = Counter()
    for part in session.get_provider_graph_assignment_info():
        nodes[part.ep_name] += len(part.get_nodes())
    computed = sum(count for name, count in nodes.items() if name in (provider.name, *provider.beside))
    if computed < _MIN_SHARE * nodes.total():
        raise _DidNotStart(f"it can compute only {computed} of the network's {nodes.total()} steps")


def _try(session: onnxruntime.InferenceSession, batch: int) -> None:
    """Run the network once on zeros: some providers fail only then."""
    inputs: dict[str, Array] = {}
    for item in session.get_inputs():
        shape = [size if isinstance(size, int) else batch if axis == 0 else 1 for axis, size in enumerate(item.shape)]
        inputs[item.name] = np.zeros(shape, _TYPES[item.type])
    try:
        outputs = session.run(None, inputs)
    except Exception as error:  # onnxruntime's errors share no public base class
        raise _DidNotStart(_first_line(error)) from error
    if not all(np.isfinite(output).all() for output in outputs):
        raise _DidNotStart("its results are not numbers")


def _first_line(error: Exception) -> str:
    """The message of an onnxruntime error, without its source location."""
    text = re.sub(r"^\S+\.(?:cc|cpp|h):\d+ [^(]*\([^)]*\)\s*", "", str(error).strip())
    return text.split("\n", 1)[0].rstrip(".")[:200] or type(error).__name__


def _enumerated(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
