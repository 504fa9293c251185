"""Makes romp_core/jobs/self_test.mp4: the first frames of the project's own clip, small, in H.264.

Run from the repository's root with a Python that has PyAV and OpenCV: `python -m tests.data.make_self_test_clip`.
"""

from pathlib import Path

import av
import cv2

from romp_core.jobs.self_test import CLIP, FRAMES

SIZE, FPS = 240, 30


def main() -> None:
    """Write the clip."""
    source = cv2.VideoCapture(str(Path(__file__).with_name("demo.mp4")))
    with av.open(str(CLIP), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "36", "preset": "veryslow"})
        stream.width, stream.height, stream.pix_fmt = SIZE, SIZE, "yuv420p"
        for _ in range(FRAMES):
            image = cv2.resize(source.read()[1], (SIZE, SIZE), interpolation=cv2.INTER_AREA)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())


if __name__ == "__main__":
    main()
