"""Making the zips: one per platform and runtime, for Blender 4.2 to 5.2."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from . import archive, assets, core_wheel, fetch, lock, notices, project, validate
from .console import heading, say
from .lock import Wheel
from .paths import ADDON, BUILD, DIST, SAMPLE
from .platforms import Platform

DEFAULT_TAGS = ("cp311", "cp313")


@dataclass(frozen=True)
class Variant:
    """What the zips are for, besides a platform.

    Attributes:
        runtime: one of `lock.RUNTIMES`.
        tags: the Pythons to serve: cp311 is Blender 4.2 to 5.0, cp313 is 5.1 and 5.2.
    """

    runtime: str = lock.RUNTIMES[0]
    tags: tuple[str, ...] = DEFAULT_TAGS

    @property
    def suffix(self) -> str:
        """The end of the zip's name: what is not standard must not be mistaken for, or replace, the standard zip."""
        other_runtime = [self.runtime] if self.runtime != STANDARD.runtime else []
        other_tags = sorted(self.tags) if sorted(self.tags) != sorted(STANDARD.tags) else []
        return "".join(f"-{part}" for part in (*other_runtime, *other_tags))


STANDARD = Variant()


def build(platforms: Iterable[Platform], variant: Variant = STANDARD, out: Path = DIST) -> list[Path]:
    """Build and check the zips; returns their paths.

    Raises:
        BuildError: a wheel is missing, or a zip is not fit to be released.
    """
    plans = [(platform, lock.bundled(platform.name, variant.tags, variant.runtime)) for platform in platforms]
    assets.ensure()
    core = core_wheel.make()
    return [_build_one(platform, wheels, core, variant, out) for platform, wheels in plans]


def _build_one(platform: Platform, wanted: list[Wheel], core: Path, variant: Variant, out: Path) -> Path:
    heading(f"zip for {platform.name} with {variant.runtime} ({', '.join(sorted(variant.tags))})")
    wheels = {wheel: fetch.wheel(wheel) for wheel in wanted}
    inside = sorted([core, *wheels.values()])
    contents = archive.tree(ADDON) | {"sample.mp4": SAMPLE.read_bytes()}
    contents |= notices.licenses(wheels)
    contents["bill-of-materials.cdx.json"] = notices.bill_of_materials(wheels, fetch.sha256(core))
    contents["blender_manifest.toml"] = project.stamped_manifest(platform.name, [path.name for path in inside])
    contents |= {f"wheels/{path.name}": path.read_bytes() for path in inside}
    name = f"{project.manifest()['id']}-{project.version()}-{platform.name}{variant.suffix}.zip"
    unchecked = BUILD / name
    archive.write(unchecked, contents)
    for path in inside:
        say(f"{path.stat().st_size / 1e6:8.2f} MB  {path.name}")
    validate.check(unchecked, platform, variant.tags, platform.limit_mb if variant == STANDARD else None)
    out.mkdir(parents=True, exist_ok=True)
    target = Path(shutil.move(unchecked, out / name))
    say(f"{target.stat().st_size / 1e6:8.2f} MB  {name}, valid; sha256 {fetch.sha256(target)}")
    return target
