"""From a checkpoint to the weights of a network, or an error that says what is wrong with the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..errors import ModelError
from ..typing import Array
from .reader import read

_RESEARCH_PREFIX = "module."
_COUNTER = ".num_batches_tracked"
"""Batch counts of training, which inference does not need."""
_WRAPPERS = ("state_dict", "model_state_dict", "model")
_BACKBONE = "a backbone without heads"
_OTHERS = {
    "an SMPL body model": ("v_template", "shapedirs"),
    _BACKBONE: ("backbone.",),
}
"""Files that users may take for a checkpoint, with prefixes of their keys; a file that has all of them is one."""
_EXAMPLES = 3
_LAYOUT: tuple[Literal["C", "A"], ...] = ("C", "A")


def read_state_dict(
    path: str | Path,
    shapes: Mapping[str, tuple[int, ...]],
    model: str,
    known: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, Array]:
    """The weights of a network from a checkpoint; other keys are left out.

    Checkpoints of the research code, whose keys begin with "module.", are fine; what they hold besides the network
    (result parser, losses, heads of the pre-training) is left out with the other keys.

    Args:
        shapes: of the network's weights by key.
        model: name of the network for messages.
        known: title -> key prefixes of other checkpoints, to name them in messages.

    Returns:
        exactly these keys: C-contiguous, aligned float32, or int64 for integers. They may be read-only views of the
        mapped file. Missing batch counts are 0.

    Raises:
        ModelError: see `read`; keys are missing or have another shape; it is the checkpoint of another network.
    """
    return fitting_weights(read_arrays(path), Path(path).name, shapes, model, known)


def read_arrays(path: str | Path) -> dict[str, Array]:
    """All arrays of a checkpoint by key; none of a file that holds something else. Raises ModelError like `read`."""
    return _weights(read(path))


def fitting_weights(
    found: Mapping[str, Array],
    name: str,
    shapes: Mapping[str, tuple[int, ...]],
    model: str,
    known: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, Array]:
    """The same as `read_state_dict` from the arrays of a file of this name."""
    missing = [key for key in shapes if key not in found and not key.endswith(_COUNTER)]
    if missing:
        raise _wrong_file(name, found, shapes, missing, model, {**(known or {}), **_OTHERS})
    different = [key for key, shape in shapes.items() if key in found and found[key].shape != tuple(shape)]
    if different:
        key = different[0]
        raise ModelError(
            f"{name} does not fit {model}: {_some(different, 'has', 'have')} another shape "
            f"({found[key].shape} instead of {tuple(shapes[key])} for {key}).",
            f"Choose the official checkpoint of {model}.",
        )
    return {key: _number_array(found[key], key, name) if key in found else np.zeros(shapes[key], np.int64)
            for key in shapes}  # fmt: skip


def stored_shapes(path: str | Path) -> dict[str, tuple[int, ...]]:
    """Shape by key of everything that a checkpoint holds: for models whose size the file decides.

    Raises:
        ModelError: see `read`.
    """
    return {key: array.shape for key, array in _weights(read(path)).items()}


def _weights(tree: Any) -> dict[str, Array]:
    """Arrays by key, of a checkpoint that is a flat dictionary or wraps one."""
    while isinstance(tree, dict):
        inner = next((tree[name] for name in _WRAPPERS if isinstance(tree.get(name), dict)), None)
        if inner is None:
            break
        tree = inner
    if not isinstance(tree, dict):
        return {}
    arrays = {key: value for key, value in tree.items() if isinstance(key, str) and isinstance(value, np.ndarray)}
    return {key.removeprefix(_RESEARCH_PREFIX): value for key, value in arrays.items()}


def _wrong_file(
    name: str,
    found: Mapping[str, Any],
    shapes: Mapping[str, Any],
    missing: list[str],
    model: str,
    known: Mapping[str, tuple[str, ...]],
) -> ModelError:
    kind = _kind(found, known) or model
    # Where only a backbone is needed, the checkpoint of any model may hold it.
    nearly = _kind(shapes, known) == _BACKBONE and 2 * len(missing) < len(shapes)
    if kind != model and not nearly:
        return ModelError(f"{name} holds {kind}, not {model}.", f"Choose the checkpoint of {model}.")
    if not found:
        return ModelError(f"{name} holds no weights.", f"Choose the checkpoint of {model}.")
    return ModelError(
        f"{name} is not a complete checkpoint of {model}: {_some(missing, 'is', 'are')} missing.",
        f"Choose the official checkpoint of {model}.",
    )


def _kind(keys: Mapping[str, Any], known: Mapping[str, tuple[str, ...]]) -> str | None:
    """Title of the first known checkpoint that these keys are of."""
    return next((kind for kind, signs in known.items() if signs and all(_has(keys, sign) for sign in signs)), None)


def _has(keys: Mapping[str, Any], prefix: str) -> bool:
    return any(key.startswith(prefix) for key in keys)


def _some(keys: list[str], one: str, many: str) -> str:
    """A few of the keys and how many more there are, with the right verb."""
    shown = ", ".join(keys[:_EXAMPLES])
    more = len(keys) - _EXAMPLES
    return f"{shown}{f' and {more} more' if more > 0 else ''} {one if len(keys) == 1 else many}"


def _number_array(array: Array, key: str, name: str) -> Array:
    if array.dtype.kind in "iub":
        return np.require(array, np.int64, _LAYOUT)
    if array.dtype.kind != "f":
        raise ModelError(f"{name} holds {key} as text.", "Choose the official checkpoint.")
    converted = np.require(array, np.float32, _LAYOUT)
    if not np.isfinite(converted).all():
        raise ModelError(f"{name} holds numbers that are not finite in {key}.", "Choose another copy of the file.")
    return converted
