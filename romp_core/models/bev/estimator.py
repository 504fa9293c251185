"""BEV as a `FrameModel`: squares or windows, network, people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...geometry.rotations import quat_from_rotvec
from ...geometry.skeleton import N_JOINTS
from ...typing import Array
from ..common.frame_estimator import FrameDetections
from ..common.square_image import SIZE, Padding, padding, to_square
from .bodies import ScaledBodies
from .crowd_windows import WindowPlan, is_crowd, is_wide, plan_windows
from .decode import Decoder, Found
from .network import BevNetwork
from .sampling import Maps, Sampled, sample
from .thresholds import BEV, ThresholdSet

Windows = Literal["auto", "always", "never"]


@dataclass(frozen=True)
class ImageViews:
    """How an image is read.

    Attributes:
        pad: where it is in its square.
        plan: its windows, None when it is read as a whole.
        image: the image itself where windows may turn out to help, else None.
    """

    pad: Padding
    plan: WindowPlan | None
    image: Array | None

    @property
    def count(self) -> int:
        """Number of squares."""
        return 1 if self.plan is None else len(self.plan.boxes)


@dataclass(frozen=True)
class Views:
    """Inputs of the network: the squares (n, 512, 512, 3) float32 of all images, one after another.

    Squares beyond those of the images are empty: graphics cards start slowly on every new size.
    """

    squares: Array
    images: tuple[ImageViews, ...]


class Bev:
    """See `FrameModel`.

    Args:
        network: from the checkpoint.
        bodies: SMPL's, or the embedded one.
        thresholds: what counts as a person.
        windows: whether wide images are results at through windows, which takes as many times as long as there are
            windows: "auto" does so while there are many small people.
    """

    def __init__(
        self, network: BevNetwork, bodies: ScaledBodies, thresholds: ThresholdSet = BEV, windows: Windows = "auto"
    ) -> None:
        self._network, self._bodies, self._thresholds = network, bodies, thresholds
        self._decoder = Decoder(network.people, bodies)
        self._windows = windows
        self._crowd = windows == "always"
        self.provider, self.remark, self.batch = network.provider, network.remark, network.batch

    def prepare(self, images: Sequence[Array]) -> Views:
        """See `FrameModel`."""
        return self._views(images, through_windows=self._crowd)

    def infer(self, inputs: Views) -> list[Maps | Sampled]:
        """See `FrameModel`; one result for each square of the images.

        The maps of windows are sampled at once: those of a batch would take hundreds of megabytes.
        """
        results: list[Maps | Sampled] = []
        kinds = [views.plan is not None for views in inputs.images for _ in range(views.count)]
        for start in range(0, len(inputs.squares), self.batch):
            maps = self._network.maps(inputs.squares[start : start + self.batch])
            for one, window in zip(maps, kinds[start:], strict=False):
                results.append(self._sampled(one, window=True) if window else one)
        return results

    def decode(self, inputs: Views, maps: list[Maps | Sampled]) -> list[FrameDetections]:
        """See `FrameModel`."""
        return [self._pose(found) for found in self.found(inputs, maps)]

    def found(self, inputs: Views, maps: list[Maps | Sampled]) -> list[Found]:
        """The people of every image with everything that BEV estimates."""
        results, rest = [], iter(maps)
        for views in inputs.images:
            sampled = [self._sampled(next(rest), views.plan is not None) for _ in range(views.count)]
            results.append(self._found(views, sampled))
        return results

    def _found(self, views: ImageViews, sampled: list[Sampled]) -> Found:
        if views.plan is not None:
            found = self._decoder.windows(sampled, views.plan, self._thresholds.windows)
        else:
            found = self._decoder.whole(sampled[0], views.pad, self._thresholds.whole)
        if self._windows != "auto" or not is_wide(views.pad):
            return found
        # This decision holds for images that are prepared from now on.
        self._crowd = is_crowd(found.cams[:, 0])
        if self._crowd and views.image is not None:
            inputs = self._views([views.image], through_windows=True)
            (found,) = self.found(inputs, self.infer(inputs))
        return found

    def _sampled(self, one: Maps | Sampled, window: bool) -> Sampled:
        if isinstance(one, Sampled):
            return one
        thresholds = self._thresholds.windows if window else self._thresholds.whole
        return sample(one, thresholds.center, self._network.embedding)

    def _views(self, images: Sequence[Array], through_windows: bool) -> Views:
        views, crops = [], []
        for image in images:
            height, width = image.shape[:2]
            pad = padding(height, width)
            through = through_windows and is_wide(pad)
            plan = plan_windows(height, width, self._thresholds.overlap) if through else None
            crops += [image] if plan is None else plan.crops(image)
            undecided = plan is None and self._windows == "auto" and is_wide(pad)
            views.append(ImageViews(pad, plan, image if undecided else None))
        squares = np.zeros((-(-len(crops) // self.batch) * self.batch, SIZE, SIZE, 3), np.float32)
        for slot, crop in zip(squares, crops, strict=False):
            slot[:], _ = to_square(crop)
        return Views(squares, tuple(views))

    def _pose(self, found: Found) -> FrameDetections:
        """As `FrameEstimator` takes them: relative to the pelvis, with quaternions."""
        pelvis = found.joints[:, :1]
        return FrameDetections(
            confidence=found.scores,
            cams=found.cams,
            rotations=quat_from_rotvec(found.thetas.reshape(-1, N_JOINTS, 3)),
            betas=found.betas,
            root=pelvis[:, 0] + found.positions,
            rest_joints=self._bodies.rest_joints(found.betas),
            joints=found.joints[:, :N_JOINTS] - pelvis,
            pixels=found.points[:, :N_JOINTS],
        )
