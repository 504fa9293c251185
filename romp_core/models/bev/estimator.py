"""BEV as a `MapsModel`: squares or windows, network, people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...geometry.rotations import quat_from_rotvec
from ...geometry.skeleton import N_JOINTS
from ...typing import Array
from ..common.map_estimator import Seen
from ..common.square_image import SIZE, Padding, padding, to_square
from .bodies import Figures
from .crowd_windows import WindowPlan, is_crowd, is_wide, plan_windows
from .decode import Decoder, Found
from .network import BevNetwork
from .sampling import Maps, Sampled, sample
from .thresholds import BEV, Selection

Windows = Literal["auto", "always", "never"]


@dataclass(frozen=True)
class Picture:
    """How a picture is looked at.

    Attributes:
        pad: where it lies in its square.
        plan: its windows, None when it is looked at as a whole.
        image: the picture itself where windows may turn out to help, else None.
    """

    pad: Padding
    plan: WindowPlan | None
    image: Array | None

    @property
    def views(self) -> int:
        """Number of squares."""
        return 1 if self.plan is None else len(self.plan.boxes)


@dataclass(frozen=True)
class Views:
    """What the network is to look at: the squares (n, 512, 512, 3) float32 of all pictures, one after another.

    Squares beyond those of the pictures are empty: graphics cards start slowly on every new size.
    """

    squares: Array
    pictures: tuple[Picture, ...]


class Bev:
    """See `MapsModel`.

    Args:
        network: from the checkpoint.
        figures: the bodies.
        selection: who counts as found.
        windows: whether wide pictures are looked at through windows, which takes as many times as long as there are
            windows: "auto" does so while there are many small people.
    """

    def __init__(
        self, network: BevNetwork, figures: Figures, selection: Selection = BEV, windows: Windows = "auto"
    ) -> None:
        self._network, self._figures, self._selection = network, figures, selection
        self._decoder = Decoder(network.people, figures)
        self._windows = windows
        self._crowd = windows == "always"
        self.provider, self.remark, self.batch = network.provider, network.remark, network.batch

    def prepare(self, images: Sequence[Array]) -> Views:
        """See `MapsModel`."""
        return self._views(images, through_windows=self._crowd)

    def look(self, inputs: Views) -> list[Maps | Sampled]:
        """See `MapsModel`; one result for each square of the pictures.

        The maps of windows are sampled at once: those of a batch would take hundreds of megabytes.
        """
        looked: list[Maps | Sampled] = []
        kinds = [picture.plan is not None for picture in inputs.pictures for _ in range(picture.views)]
        for start in range(0, len(inputs.squares), self.batch):
            maps = self._network.maps(inputs.squares[start : start + self.batch])
            for one, window in zip(maps, kinds[start:], strict=False):
                looked.append(self._sampled(one, window=True) if window else one)
        return looked

    def read(self, inputs: Views, maps: list[Maps | Sampled]) -> list[Seen]:
        """See `MapsModel`."""
        return [self._seen(found) for found in self.found(inputs, maps)]

    def found(self, inputs: Views, maps: list[Maps | Sampled]) -> list[Found]:
        """The people of every picture with everything that BEV says of them."""
        results, rest = [], iter(maps)
        for picture in inputs.pictures:
            sampled = [self._sampled(next(rest), picture.plan is not None) for _ in range(picture.views)]
            results.append(self._found(picture, sampled))
        return results

    def _found(self, picture: Picture, sampled: list[Sampled]) -> Found:
        if picture.plan is not None:
            found = self._decoder.windows(sampled, picture.plan, self._selection.windows)
        else:
            found = self._decoder.whole(sampled[0], picture.pad, self._selection.whole)
        if self._windows != "auto" or not is_wide(picture.pad):
            return found
        # What is decided here holds for pictures that are prepared from now on.
        self._crowd = is_crowd(found.cams[:, 0])
        if self._crowd and picture.image is not None:
            views = self._views([picture.image], through_windows=True)
            (found,) = self.found(views, self.look(views))
        return found

    def _sampled(self, one: Maps | Sampled, window: bool) -> Sampled:
        if isinstance(one, Sampled):
            return one
        thresholds = self._selection.windows if window else self._selection.whole
        return sample(one, thresholds.center, self._network.embedding)

    def _views(self, images: Sequence[Array], through_windows: bool) -> Views:
        pictures, crops = [], []
        for image in images:
            height, width = image.shape[:2]
            pad = padding(height, width)
            through = through_windows and is_wide(pad)
            plan = plan_windows(height, width, self._selection.overlap) if through else None
            crops += [image] if plan is None else plan.crops(image)
            undecided = plan is None and self._windows == "auto" and is_wide(pad)
            pictures.append(Picture(pad, plan, image if undecided else None))
        squares = np.zeros((-(-len(crops) // self.batch) * self.batch, SIZE, SIZE, 3), np.float32)
        for slot, crop in zip(squares, crops, strict=False):
            slot[:], _ = to_square(crop)
        return Views(squares, tuple(pictures))

    def _seen(self, found: Found) -> Seen:
        """As the loop of picture models wants them: from the pelvis, and with quaternions."""
        pelvis = found.joints[:, :1]
        return Seen(
            confidence=found.scores,
            cams=found.cams,
            rotations=quat_from_rotvec(found.thetas.reshape(-1, N_JOINTS, 3)),
            betas=found.betas,
            root=pelvis[:, 0] + found.positions,
            rest_joints=self._figures.rest_joints(found.betas),
            joints=found.joints[:, :N_JOINTS] - pelvis,
            pixels=found.points[:, :N_JOINTS],
        )
