"""The interface of every model, and the card by which the program knows it before it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from ..bodies.embedded import BODY_LICENSE
from ..errors import SettingsError
from ..geometry.projection import BODY_MODEL_FOCAL
from ..take.keypoints import Layout
from ..take.observations import Frame, People
from ..take.settings import CaptureSettings, check, from_mapping, setting_fields
from ..take.take import FootageInfo
from ..tracking.base import Tracker
from ..weights.file import WeightFile
from ..weights.store import WeightStore
from .checkpoint import Checkpoint
from .license import License


class Estimator(Protocol):
    """Detects people in a stream of frames.

    Attributes:
        provider: the onnxruntime execution provider that actually runs, for the user to see.
        remark: why it is not the requested one; "" when it is.
    """

    provider: str
    remark: str

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order; frames are pulled lazily, so memory stays bounded."""
        ...


@runtime_checkable
class LiveEstimator(Estimator, Protocol):
    """An estimator that can also run live: models that read each frame by itself."""

    def run_live(self, frames: Iterable[Frame], at_once: Callable[[Frame, People], None]) -> Iterator[People]:
        """As `run`, and `at_once` hears of the people of every frame as soon as they are known.

        The next frame is pulled after that. What is given out for a frame may be better than what was heard of it.
        """
        ...


@dataclass(frozen=True)
class Capabilities:
    """What a model can do.

    Attributes:
        keypoints3d: it gives keypoints in 3D, not only in the image.
        rotations: it gives joint rotations, shape and position of a body model.
        moving_camera: it gives people in a static world as well, from which the camera's path is computed.
        children: it estimates the size of children.
        metric: it gives sizes and distances in meters, and the field of view for which they hold.
        hands: hands and faces can be found from its poses: its keypoints have wrists, knuckles, eyes and mouth.
        stream: it carries state from frame to frame; other models read each frame by itself.
    """

    keypoints3d: bool = True
    rotations: bool = False
    moving_camera: bool = False
    children: bool = False
    metric: bool = False
    hands: bool = False
    stream: bool = False


@dataclass(frozen=True)
class ModelCard:
    """A model as the program and its user know it before it is loaded.

    Panel, command line, download page and the table in the docs are generated from the cards.

    Attributes:
        name: registry key; label: shown in lists; description: one line.
        terms: its license.
        layout: the keypoints that it gives.
        capabilities: what it can do.
        open: builds the estimator from the footage's facts, the settings (`people` is the most people to track) and
            the user's weight files.
        weights: file name -> sha256 of the weights in use; option_weights: of those besides that the options ask for;
            option_terms: their licenses.
        tracker: makes the tracker that gives people their ids; None for a model with one of its own.
        files: its weight files, with their addresses and licenses; checkpoints: what identifies those of them.
        needs: keys of files without which it does not run; helps: keys of those that it uses when they are there.
        body_license: license line of the body whose skeleton it gives.
        hint_for_nobody: what to try when nobody was found.
        focal: focal length of the pinhole that people are placed in front of, in lengths of the image's longer side.
        options: dataclass of settings that only this model has; None when it has none.
    """

    name: str
    label: str
    description: str
    terms: License
    layout: Layout
    capabilities: Capabilities
    open: Callable[[FootageInfo, CaptureSettings, WeightStore], Estimator]
    weights: Callable[[WeightStore], dict[str, str]]
    tracker: Callable[[], Tracker[Any]] | None = None
    files: tuple[WeightFile, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    needs: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    body_license: Callable[[WeightStore], str] = lambda store: BODY_LICENSE
    hint_for_nobody: str = "A closer or brighter shot may help."
    focal: float = BODY_MODEL_FOCAL
    options: type | None = None
    option_weights: Callable[[WeightStore, Any], dict[str, str]] = lambda store, options: {}
    option_terms: Callable[[Any], tuple[License, ...]] = lambda options: ()

    @property
    def license(self) -> str:
        """License line, shown before use and stamped into takes."""
        return self.terms.line

    @property
    def website(self) -> str:
        """Address of a web page about it: where its files are offered, else where its license can be read."""
        return next((file.page for file in self.files if file.page), self.terms.url)

    @property
    def has_poses(self) -> bool:
        """False of models that know people in the image only, from which no motion can be solved."""
        return self.capabilities.keypoints3d or self.capabilities.rotations

    def new_tracker(self) -> Any:
        """A tracker for one piece of footage."""
        if self.tracker is None:
            raise TypeError(f"{self.label} has a tracker of its own")
        return self.tracker()

    def read_options(self, settings: CaptureSettings) -> Any:
        """An instance of `options` with the values of `settings.model_options`.

        Raises:
            SettingsError: an option is not this model's, or is outside of its limits.
        """
        known = [item.name for item in setting_fields(self.options)] if self.options else []
        for name in settings.model_options:
            if name not in known:
                raise SettingsError(f'{self.label} has no option "{name}".', "Leave it out, or choose another model.")
        return check(from_mapping(self.options, settings.model_options)) if self.options else None


def check_parts(card: ModelCard, settings: CaptureSettings) -> None:
    """Raise SettingsError when the model cannot capture the parts that the settings ask for."""
    if settings.parts != "body" and not card.capabilities.hands:
        what = "hands" if settings.with_hands else "faces"
        raise SettingsError(f"{card.label} does not capture {what}.", "Choose the built-in model, or the body alone.")


def users_body_license(store: WeightStore) -> str:
    """License line of the body that a body model's characters get: the user's SMPL file, else the embedded body."""
    from ..bodies.smpl.find import find_bodies  # listing the models does not need it

    return find_bodies(store).license
