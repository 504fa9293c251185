"""A drawn figure, and what TensorFlow Lite makes of it with the original BlazePose networks.

`blazepose_reference.npz` holds the numbers, so that the conversion to ONNX is checked without TensorFlow Lite. To make
it again: `pip install ai-edge-litert`, then `python -m tests.data.blazepose_reference MEDIAPIPE_WHEEL`.
"""

import sys
import zipfile
from pathlib import Path

import numpy as np

REFERENCE = Path(__file__).with_suffix(".npz")
# Network, its file in the wheel, input size, range of the input, and what is kept: output shape -> name, slices.
NETWORKS = (
    (
        "detector",
        "mediapipe/modules/pose_detection/pose_detection.tflite",
        224,
        (-1.0, 1.0),
        {(1, 2254, 12): ("boxes", np.s_[:, ::23]), (1, 2254, 1): ("scores", np.s_[:, :])},
    ),
    (
        "landmark_full",
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        256,
        (0.0, 1.0),
        {
            (1, 195): ("landmarks", np.s_[:]),
            (1, 1): ("pose_flag", np.s_[:]),
            (1, 64, 64, 39): ("heatmap", np.s_[:, ::7, ::7]),
            (1, 117): ("world", np.s_[:]),
        },
    ),
)
# Capsules of a standing figure with one arm up: from (x, y), to (x, y), radius, color; in shares of the image.
_CAPSULES = (
    ((0.44, 0.55), (0.42, 0.90), 0.040, (40, 45, 60)),
    ((0.56, 0.55), (0.58, 0.90), 0.040, (40, 45, 60)),
    ((0.42, 0.92), (0.39, 0.93), 0.025, (150, 150, 150)),
    ((0.58, 0.92), (0.61, 0.93), 0.025, (150, 150, 150)),
    ((0.47, 0.30), (0.47, 0.52), 0.065, (50, 90, 160)),
    ((0.53, 0.30), (0.53, 0.52), 0.065, (50, 90, 160)),
    ((0.40, 0.29), (0.30, 0.42), 0.030, (205, 150, 125)),
    ((0.30, 0.42), (0.31, 0.56), 0.025, (205, 150, 125)),
    ((0.60, 0.29), (0.72, 0.22), 0.030, (205, 150, 125)),
    ((0.72, 0.22), (0.74, 0.07), 0.025, (205, 150, 125)),
    ((0.50, 0.20), (0.50, 0.25), 0.030, (205, 150, 125)),
    ((0.50, 0.14), (0.50, 0.17), 0.055, (215, 165, 140)),
    ((0.50, 0.10), (0.50, 0.11), 0.055, (50, 35, 25)),
)


def figure_image(size: int) -> np.ndarray:
    """The figure before a plain wall, (size, size, 3) uint8 RGB; smooth edges, so that resampling plays no part."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    image = np.stack([170 - 40 * y, 175 - 30 * x, 180 - 50 * y], axis=-1)
    for start, end, radius, color in _CAPSULES:
        (x0, y0), (x1, y1) = start, end
        along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2)
        along = np.clip(along, 0, 1)
        distance = np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
        cover = np.clip((radius - distance) * size + 0.5, 0, 1)[..., None]
        shade = 1.1 - 0.5 * np.clip(distance / radius, 0, 1)[..., None]
        image = image * (1 - cover) + np.clip(np.array(color) * shade, 0, 255) * cover
    return np.rint(image).astype(np.uint8)


def network_input(size: int, limits: tuple[float, float]) -> np.ndarray:
    """The figure as a network takes it, (1, size, size, 3) float32."""
    low, high = limits
    return (figure_image(size).astype(np.float32) / 255 * (high - low) + low)[None]


def main(wheel: Path) -> None:
    """Run the original networks and write REFERENCE."""
    from ai_edge_litert.interpreter import Interpreter

    kept = {}
    for network, path, size, limits, outputs in NETWORKS:
        interpreter = Interpreter(model_content=zipfile.ZipFile(wheel).read(path), num_threads=1)
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], network_input(size, limits))
        interpreter.invoke()
        for detail in interpreter.get_output_details():
            values = interpreter.get_tensor(detail["index"])
            if values.shape in outputs:
                name, part = outputs[values.shape]
                kept[f"{network}.{name}"] = values[part]
    np.savez_compressed(REFERENCE, **kept)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
