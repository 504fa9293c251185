"""A model that estimates the people of a take again, as the program and its user know it before it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..weights.file import WeightFile
from ..weights.store import WeightStore
from .checkpoint import Checkpoint
from .license import License


@dataclass(frozen=True)
class RefinerCard:
    """See `models.base.ModelCard`; it finds nobody by itself.

    Attributes:
        name, label, description, terms, files, checkpoints, needs: as of other models. gives: in a few words.
        open: the model with its files; raises ModelError naming one that is missing or is another.
        weights: file name -> sha256 of the files in use.
        readers: by key of a file, what reads it and says in a line what is in it, or raises ModelError.
    """

    name: str
    label: str
    description: str
    gives: str
    terms: License
    files: tuple[WeightFile, ...]
    checkpoints: tuple[Checkpoint, ...]
    needs: tuple[str, ...]
    open: Callable[[WeightStore], Any]
    weights: Callable[[WeightStore], dict[str, str]]
    readers: Mapping[str, Callable[[Path], str]]

    @property
    def license(self) -> str:
        """License line, shown before use and stamped into takes."""
        return self.terms.line
