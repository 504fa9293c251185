"""Where things are. Everything fetched or made lies under `build/` and `dist/`, which git ignores."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = ROOT / "blender_manifest.toml"
PYPROJECT = ROOT / "pyproject.toml"
CORE = ROOT / "romp_core"
ADDON = ROOT / "addon"
ASSETS = CORE / "assets"
SAMPLE = ROOT / "tests" / "data" / "demo.mp4"
"""The project's own clip, which the extension offers as a sample."""

WANTED = ROOT / "wheels" / "wanted.toml"
WHEEL_LOCK = ROOT / "wheels" / "lock.json"
REQUIREMENTS = ROOT / "wheels" / "requirements"

BUILD = ROOT / "build"
WHEELS = BUILD / "wheels"
VENVS = BUILD / "venvs"
REPORTS = BUILD / "reports"
PROFILES = BUILD / "profiles"
DIST = ROOT / "dist"
