"""Makes counting.mp4 and counting_vfr.mp4: 48 frames that show their number as six black or white bars.

Run with a Python that has cv2; the result is committed because the Blender ring has no OpenCV.
"""

import struct
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).parent
COUNT, BARS, FPS = 48, 6, 30000 / 1001


def image(number: int) -> np.ndarray:
    bits = [number >> bar & 1 for bar in range(BARS)]
    return np.repeat(np.repeat(np.array([bits], np.uint8) * 255, 16, axis=1), 64, axis=0)[..., None].repeat(3, axis=-1)


def with_durations(data: bytes, factors: list[int]) -> bytes:
    """The mp4 with the n-th frame lasting factors[n] times as long; moov must come last."""

    def walk(content: bytes) -> bytes:
        out, place = b"", 0
        while place < len(content):
            size, kind = struct.unpack_from(">I4s", content, place)
            body = content[place + 8 : place + size]
            if kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
                body = walk(body)
            elif kind == b"stts":
                (step,) = struct.unpack_from(">I", body, 12)
                entries = b"".join(struct.pack(">II", 1, step * factor) for factor in factors)
                body = body[:4] + struct.pack(">I", len(factors)) + entries
            elif kind in (b"mvhd", b"mdhd", b"tkhd"):  # duration: after times, id or time scale
                at = 20 if kind == b"tkhd" else 16
                (duration,) = struct.unpack_from(">I", body, at)
                body = body[:at] + struct.pack(">I", duration * sum(factors) // len(factors)) + body[at + 4 :]
            elif kind == b"edts":  # the edit list names the old duration
                place += size
                continue
            out += struct.pack(">I4s", len(body) + 8, kind) + body
            place += size
        return out

    return walk(data)


def main() -> None:
    path = HERE / "counting.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), FPS, (16 * BARS, 64))
    for number in range(COUNT):
        writer.write(image(number))
    writer.release()
    factors = [3 if number % 5 == 2 else 1 for number in range(COUNT)]
    (HERE / "counting_vfr.mp4").write_bytes(with_durations(path.read_bytes(), factors))


if __name__ == "__main__":
    main()
