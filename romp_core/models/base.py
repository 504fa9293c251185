"""The one interface of every model, and what the program needs to know about it before it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..bodies.embedded import BODY_LICENSE
from ..errors import SettingsError
from ..geometry.projection import BODY_MODEL_FOCAL
from ..take.observations import Frame, People
from ..take.settings import CaptureSettings, check, from_mapping, setting_fields
from ..take.take import FootageInfo
from ..weights.store import WeightStore


class Estimator(Protocol):
    """Finds people in a stream of frames.

    Attributes:
        provider: the onnxruntime execution provider that actually runs, for the user to see.
        remark: why it is not the one that was wished for; "" when it is.
    """

    provider: str
    remark: str

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order; frames are pulled lazily, so memory stays bounded."""
        ...


@dataclass(frozen=True)
class ModelCard:
    """A model as the user sees it.

    Attributes:
        name: registry key; label: shown in lists; description: one line.
        license: license line shown before use and stamped into takes.
        open: builds the estimator; arguments are the footage, the settings, whose `people` is the most people to
            follow, and where the user's weight files are.
        weights: file name -> sha256 of the weights in use.
        hint_for_nobody: what to try when nobody was found.
        body_license: license line of the body whose skeleton it gives.
        check: for models of several files: reads one of them by itself, by key and path; raises ModelError.
        focal: focal length of the pinhole that people are placed in front of, in lengths of the picture's longer side.
        options: dataclass of settings that only this model has; None when it has none.
        needs: keys of `weights.catalog` without which it does not run; helps: those it uses when they are there.
    """

    name: str
    label: str
    description: str
    license: str
    open: Callable[[FootageInfo, CaptureSettings, WeightStore], Estimator]
    weights: Callable[[WeightStore], dict[str, str]]
    body_license: Callable[[WeightStore], str] = lambda store: BODY_LICENSE
    hint_for_nobody: str = "A nearer or brighter shot may help."
    check: Callable[[str, Path], None] | None = None
    focal: float = BODY_MODEL_FOCAL
    options: type | None = None
    needs: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()

    def read_options(self, settings: CaptureSettings) -> Any:
        """An instance of `options` with the values of `settings.model_options`.

        Raises:
            SettingsError: an option is not one of this model's, or is outside of its limits.
        """
        known = [item.name for item in setting_fields(self.options)] if self.options else []
        for name in settings.model_options:
            if name not in known:
                raise SettingsError(f'{self.label} has no option "{name}".', "Leave it out, or choose another model.")
        return check(from_mapping(self.options, settings.model_options)) if self.options else None


def users_body_license(store: WeightStore) -> str:
    """License line of the body that a body model's characters get: the user's SMPL file, else the embedded body."""
    from ..bodies.smpl.find import find_bodies  # only when asked: the panel lists models without it

    return find_bodies(store).license
