"""Renders twins of the ground-truth clips: clips of the same form that nobody tuned to.

`python benchmarks/twins.py OUT [--recipe NAME ...] [--seed N ...] [--groundtruth DIR] [--size WIDTHxHEIGHT]` writes
RECIPE_SEED.mp4 and RECIPE_SEED.npz for each. A twin takes the local rotations of the clip of its name and puts them
onto other bodies in other clothes, with other tempos, starts, headings and positions, sometimes mirrored, in another
room before another camera (0.8-2.6 m high, 35-75 degrees wide, up to 3 degrees of roll). The truth is measured on what
is rendered: contacts on the skin of the feet, visibility in the images. `benchmarks/accuracy.py` and the ground-truth
set's own evaluation read the twins as they read the clips. Running it needs the set and the generated body.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.twin_cameras import draw_path, moving_arrays
from benchmarks.twin_motion import read_motions
from benchmarks.twin_rooms import draw_room
from benchmarks.twin_scene import Actor, Block, Recipe, cast, decoration, draw_camera, hiding, seats
from benchmarks.twin_truth import arrays, joints_seen
from romp_core.typing import Array
from tests.data.demo_render import Camera, Drawing, Studio, Surface
from tests.data.demo_room import Room

RECIPES = {
    "trio": Recipe(("any", "any", "any"), alike=True),
    "crowd5": Recipe(("any",) * 5),
    "shapes": Recipe(("child", "tall", "heavy")),
    "floor": Recipe(("any",), turn_deg=70),
    "furniture": Recipe(("any",), furniture=True),
    "action": Recipe(("any",), turn_deg=50, shutter=0.5),
    "leave": Recipe(("any", "any"), turn_deg=10),
    "duo": Recipe(("any", "any")),
    "walk": Recipe(("any",), turn_deg=180),
    "exercise": Recipe(("any",), turn_deg=50),
    "handheld": Recipe(("any",), path="handheld"),
    "pan": Recipe(("any",), path="pan"),
    "tripod": Recipe(("any",), path="tripod", clip="walk"),
    "zoom": Recipe(("any",), path="zoom", clip="exercise"),
    "crowd_handheld": Recipe(("any", "any", "any"), path="handheld", clip="trio"),
}
VISIBLE = 0.3  # the share of the silhouette above which a person counts as visible
_BLUR_STEPS = 4
_NOISE = 1.5  # standard deviation of the sensor, in levels


def render(
    name: str, seed: int, groundtruth: Path, out: Path, size: tuple[int, int] = (960, 540), frames: int | None = None
) -> Path:
    """Write one twin; returns its video. `frames` cuts it short."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    recipe = RECIPES[name]
    actors = cast(rng, recipe, read_motions(groundtruth / f"{recipe.clip or name}.npz"), frames)
    camera = draw_camera(rng, actors, size)
    everybody = np.concatenate([actor.vertices.reshape(-1, 3) for actor in actors])
    wall_z = float(everybody[:, 2].min() - rng.uniform(0.4, 1.5))
    blocks = decoration(rng, actors, wall_z)
    if recipe.furniture:
        blocks += seats(rng, actors) + hiding(rng, actors, camera)
    room = draw_room(rng, wall_z, float(min(np.abs(everybody[:, [0, 2]]).max() + 2, 7)))
    cameras = draw_path(rng, recipe.path, camera, actors[0].joints[:, 0])
    surfaces = [*(a.surface for a in actors), *(b.surface for b in blocks)]
    joints = np.stack([actor.joints for actor in actors])
    truth = arrays(actors, blocks, camera) | moving_arrays(cameras, joints) | {"shutter": np.array(recipe.shutter)}
    video = out / f"{name}_{seed}.mp4"
    with Video(video, size, int(truth["fps"])) as written:
        shares, seen = [], []
        studios = _studios(cameras, surfaces, room)
        for t, (studio, image, drawing) in enumerate(_drawn(studios, actors, blocks, recipe.shutter)):
            written.add(image + rng.normal(0, _NOISE, image.shape))
            shares.append([studio.visible_share(p, a.vertices[t], drawing) for p, a in enumerate(actors)])
            at = [cameras[t].project(actor.joints[t]) for actor in actors]
            seen.append([joints_seen(*where, person, drawing) for person, where in enumerate(at)])
    truth["vis_frac"] = np.array(shares, np.float32).T
    truth["visible"] = truth["vis_frac"] > VISIBLE
    truth["joint_seen"] = np.array(seen).swapaxes(0, 1)
    np.savez_compressed(video.with_suffix(".npz"), **truth)
    return video


def _studios(cameras: list[Camera], surfaces: list[Surface], room: Room) -> Iterator[Studio]:
    """One per frame: the same as long as the camera stays."""
    studio: Studio | None = None
    for camera in cameras:
        if studio is None or camera is not studio.camera:
            studio = Studio(camera, surfaces, room)
        yield studio


def _drawn(
    studios: Iterator[Studio], actors: list[Actor], blocks: list[Block], shutter: float
) -> Iterator[tuple[Studio, Array, Drawing]]:
    """The image of each frame, float, with people blurred over the open shutter; and the sharp drawing at its time."""
    still = [block.vertices for block in blocks]
    moments = (np.arange(_BLUR_STEPS) + 0.5) / _BLUR_STEPS - 0.5
    for t, studio in enumerate(studios):
        drawing = studio.draw([*(actor.vertices[t] for actor in actors), *still])
        image = drawing.image.astype(float)
        if shutter:
            blurred = [studio.draw([*(_between(a.vertices, t + shutter * m) for a in actors), *still]) for m in moments]
            image = np.mean([one.image for one in blurred], axis=0)
        yield studio, image, drawing


def _between(vertices: Array, row: float) -> Array:
    """Vertices at a fractional frame; the ends are held."""
    row = float(np.clip(row, 0, len(vertices) - 1))
    low = min(int(row), max(len(vertices) - 2, 0))
    return vertices[low] + np.float32(row - low) * (vertices[min(low + 1, len(vertices) - 1)] - vertices[low])


class Video:
    """An H.264 video in mp4, written frame by frame."""

    def __init__(self, path: Path, size: tuple[int, int], fps: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(str(path), "w")
        self._stream = self._container.add_stream("libx264", rate=Fraction(fps), options={"crf": "18"})
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"

    def __enter__(self) -> Video:
        return self

    def add(self, image: Array) -> None:
        """Append an image (height, width, 3) in levels of 0..255."""
        frame = av.VideoFrame.from_ndarray(np.clip(np.rint(image), 0, 255).astype(np.uint8), format="rgb24")
        self._container.mux(self._stream.encode(frame))

    def __exit__(self, *error: object) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--recipe", nargs="+", choices=RECIPES, default=list(RECIPES))
    parser.add_argument("--seed", nargs="+", type=int, default=[1])
    parser.add_argument("--groundtruth", type=Path, default=Path(__file__).resolve().parents[2] / "shared/groundtruth")
    parser.add_argument("--size", default="960x540", help="WIDTHxHEIGHT, even numbers")
    parser.add_argument("--frames", type=int, help="cut the clips short")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    for name in options.recipe:
        for seed in options.seed:
            print(render(name, seed, options.groundtruth, options.out, (width, height), options.frames))


if __name__ == "__main__":
    main()
