"""What a file that was read again shows, against what it should, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .character import Written

MOST_MM, MOST_DEG, MOST_MORPH = 1.0, 0.1, 1e-3
_SAME_RATE = 1e-3


@dataclass(frozen=True)
class Verdict:
    """One file.

    Attributes:
        file: its path. format: of it. clips: motions in it. root_bone: name of the bone that all others descend from.
        max_error_mm, max_error_deg: of any bone on any frame. morphs: number of animated shape keys, and
        max_error_morph: of the value of any of them. problems: sentences, none when it is `ok`.
    """

    file: str
    format: str
    max_error_mm: float = 0.0
    max_error_deg: float = 0.0
    frames: int = 0
    fps: float = 0.0
    clips: int = 0
    root_bone: str = ""
    ok: bool = False
    problems: tuple[str, ...] = ()
    morphs: int = 0
    max_error_morph: float = 0.0

    @property
    def text(self) -> str:
        """One line for the panel, or what is wrong."""
        return " ".join(self.problems) if self.problems else summary(asdict(self))

    def report(self) -> dict[str, Any]:
        """For `blender.report`."""
        return {**asdict(self), "problems": list(self.problems)}


def summary(report: Mapping[str, Any]) -> str:
    """A report of an export in one line."""
    line = (
        f"max error {report['max_error_mm']:.1f} mm, {report['max_error_deg']:.2f}\u00b0, {report['frames']} frames, "
        f"{report['fps']:.4g} fps, root bone {'ok' if report['root_bone'] else 'missing'}"
    )
    if not report.get("morphs"):
        return line
    return f"{line}, {report['morphs']} shape keys within {report['max_error_morph']:.4f}"


def verdict_on(written: Written, found: Mapping[str, Any]) -> Verdict:
    """The verdict on a file, by what the other process found in it; see `reimport.compare`."""
    file, format = str(written.path), written.format
    if "failure" in found:
        return Verdict(file, format, problems=(f'"{written.path.name}" could not be read again ({found["failure"]}).',))
    motion = written.motions[0]
    frames, fps, clips = found["frames"], found["fps"], found["clips"]
    millimeters, degrees = found["max_error_mm"], found["max_error_deg"]
    problems = list(found["problems"])
    if frames != len(motion.heads):
        problems.append(f"The file has {frames} frames instead of {len(motion.heads)}.")
    if abs(fps / motion.fps - 1.0) > _SAME_RATE:
        problems.append(f"The file has {fps:.4g} frames per second instead of {motion.fps:.4g}.")
    if clips != len(written.motions):
        problems.append(f"The file has {clips} clips instead of {len(written.motions)}.")
    if not (millimeters <= MOST_MM and degrees <= MOST_DEG):
        problems.append(f"Bones are off by up to {millimeters:.3g} mm and {degrees:.3g}\u00b0.")
    morphs, off = sum(len(each.names) for each in sum(written.morphs, ())), found.get("max_error_morph", 0.0)
    if not off <= MOST_MORPH:
        problems.append(f"Shape keys are off by up to {off:.3g}.")
    return Verdict(
        file,
        format,
        millimeters,
        degrees,
        frames,
        fps,
        clips,
        found["root_bone"],
        not problems,
        tuple(problems),
        morphs,
        off,
    )


def combined(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """One report of several files: the worst of them, with the problems of all."""
    worst = max(verdicts, key=lambda verdict: (not verdict.ok, verdict.max_error_mm))
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    return {**worst.report(), "files": len(verdicts), "problems": problems}
