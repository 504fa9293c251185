"""What identifies a checkpoint: the keys and shapes of its weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..checkpoints import read_state_dict
from ..errors import ModelError
from ..typing import Array

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Checkpoint:
    """One kind of checkpoint of a model.

    Attributes:
        title: name for messages. files: keys of the weight files of this kind.
        key_prefixes: a file with keys that begin with each of these is of this kind.
        shapes: shape by key of all weights that the model needs; called when a file is read.
        computed: weights that may be missing, with the functions that make them.
    """

    title: str
    files: tuple[str, ...]
    key_prefixes: tuple[str, ...]
    shapes: Callable[[], Shapes]
    computed: Mapping[str, Callable[[], Array]] = field(default_factory=dict)

    def read(self, path: Path) -> dict[str, Array]:
        """The weights. Raises ModelError like `read_state_dict`; a file of another model is named."""
        from .registry import known_checkpoints  # which imports the cards, and they this module

        shapes, known = self.shapes(), known_checkpoints()
        try:
            return read_state_dict(path, shapes, self.title, known)
        except ModelError:
            if not self.computed:
                raise
        needed = {key: shape for key, shape in shapes.items() if key not in self.computed}
        made = {key: make() for key, make in self.computed.items()}
        return {**read_state_dict(path, needed, self.title, known), **made}
