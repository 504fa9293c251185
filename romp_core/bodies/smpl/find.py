"""Which body files the user has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...typing import Array
from ...weights.body_files import SMPL_LICENSE
from ...weights.store import WeightStore
from ..embedded import BODY_LICENSE
from .cache import is_slow, keep, kept_path, read_kept
from .family import SmplFamily, is_infant
from .files import DATA_FILES, DataFiles, load_smpl
from .model import SmplModel


@dataclass(frozen=True)
class Bodies:
    """The user's body files, None where missing.

    Attributes:
        smpl: the adult body. smpla: a file with the child shape, too; may be the same file. smil: the infant.
        data: the files of `smpl_model_data`, which raw bodies need for the 71 joints.
        cache: folder in which models are kept as they were read.
    """

    smpl: Path | None
    smpla: Path | None
    smil: Path | None
    data: DataFiles
    cache: Path

    @property
    def license(self) -> str:
        """License line of the body of adults: the user's, or the embedded one's."""
        if self.smpl is None and self.smpla is None:
            return BODY_LICENSE
        return SMPL_LICENSE

    def read(self, path: Path) -> SmplModel:
        """A body file of these, or what was kept of it. Raises ModelError when it cannot be used."""
        if not is_slow(path):
            return load_smpl(path, self.data)
        data = self.data.completed(path)
        kept = kept_path(self.cache, path, vars(data).values())
        model = read_kept(kept)
        if model is None:
            model = load_smpl(path, data)
            keep(kept, path, model)
        return model

    def load(self) -> SmplFamily | None:
        """The bodies for people of all ages, as far as there are files; None without an adult one.

        Raises:
            ModelError: a file cannot be used.
        """
        adults = self.smpla or self.smpl
        if adults is None:
            return None
        return SmplFamily(self.read(adults), self.read(self.smil) if self.smil else None)

    def file_for(self, betas: Array) -> Path | None:
        """The body file of one person of this shape (B,)."""
        infant = self.smil is not None and is_infant(np.asarray(betas)[None])[0]
        return self.smil if infant else self.smpla or self.smpl


def find_bodies(store: WeightStore) -> Bodies:
    """Body files of the store; a file that the user chose counts before one that simple-romp left behind."""
    smpl, packed = store.find("SMPL_NEUTRAL"), store.find("SMPLA_NEUTRAL")
    data = DataFiles(*map(store.find, DATA_FILES))
    if smpl is not None:
        data = data.completed(smpl)
    chosen = smpl is not None and smpl == store.chosen("SMPL_NEUTRAL")
    smpla = smpl if smpl and data.kid and (chosen or not packed) else packed
    return Bodies(smpl or smpla, smpla, store.find("SMIL"), data, store.folder / "cache")
