"""Makes `demo.mp4` and its ground truth `demo.npz`: the project's own test clip, of its own body, motion and rendering.

Run from the repository's root after the assets were generated: `python -m tests.data.make_demo_clip`. The arrays are
those of the ground-truth clips: P people, T frames, rotation vectors in radians, meters, y up and the floor at 0.
"""

from pathlib import Path

import cv2
import numpy as np

from romp_core.bodies.body import Body
from romp_core.bodies.embedded import load_body
from romp_core.geometry.rotations import matrix_from_quat, rotvec_from_quat
from romp_core.geometry.skeleton import forward_kinematics, rest_offsets
from tests.data.demo_motion import FPS, Performance, perform
from tests.data.demo_render import Camera, Studio, Surface

FOLDER = Path(__file__).parent
HEIGHT_M = 1.74
SHAPE = {"Gender: female": 0.35, "Muscle: strong": 0.2}
WARDROBE = {"shirt": (0.42, 0.07, 0.05), "trousers": (0.05, 0.08, 0.16), "shoes": (0.62, 0.60, 0.56)}
SIZE = (480, 480)


def main() -> None:
    """Write both files beside this script."""
    body = load_body().shaped(SHAPE).scaled(HEIGHT_M)
    camera = Camera.looking((0.25, 1.30, 2.85), (-0.42, 0.92, 0.0), SIZE, np.radians(50))
    performance = perform(body)
    np.savez_compressed(FOLDER / "demo.npz", **ground_truth(body, performance, camera))
    studio = Studio(camera, [Surface(body.faces, albedo(body))])
    writer = cv2.VideoWriter(str(FOLDER / "demo.mp4"), cv2.VideoWriter_fourcc(*"mp4v"), FPS, SIZE)
    for rotations, root in zip(performance.rotations, performance.root, strict=True):
        writer.write(studio.draw([body.posed(rotations, root)]).image[..., ::-1])
    writer.release()


def albedo(body: Body) -> np.ndarray:
    """Linear RGB (F, 3): the clothes of this clip, with a little variation."""
    palette = np.array([WARDROBE.get(material.name, material.color) for material in body.materials])
    colors = palette[body.face_materials]
    return colors * np.random.default_rng(7).uniform(0.94, 1.06, (len(colors), 1))


def ground_truth(body: Body, performance: Performance, camera: Camera) -> dict[str, np.ndarray]:
    """The arrays of demo.npz."""
    joints, orientations = forward_kinematics(performance.rotations, performance.root, body.joints)
    frames = len(performance.times)
    seen = [camera.project(body.posed(*pose))[0] for pose in zip(performance.rotations, performance.root, strict=True)]
    inside = [((pixels > 0) & (pixels < camera.size)).all(1).mean() for pixels in seen]
    return {
        "poses": rotvec_from_quat(performance.rotations)[None].astype(np.float32),
        "trans": joints[None, :, 0].astype(np.float32),
        "joints": joints[None].astype(np.float32),
        "G": matrix_from_quat(orientations)[None].astype(np.float32),
        "off": rest_offsets(body.joints)[None].astype(np.float32),
        "JT": body.joints[None],
        "height": np.array([body.height_m]),
        "visible": np.array([inside]) > 0.3,
        "vis_frac": np.array([inside]),
        "joints2d": camera.project(joints)[0][None].astype(np.float32),
        "Rcw": np.tile(camera.rotation, (frames, 1, 1)),
        "cpos": np.tile(camera.position, (frames, 1)),
        "K": camera.intrinsics,
        "fps": np.array(FPS),
        "times": performance.times,
        "names": np.array(["A"]),
        "body": np.array(["demo"]),
    }


if __name__ == "__main__":
    main()
