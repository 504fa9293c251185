"""The walls: who may import what, in core and add-on, and that importing has no side effects."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLENDER = {"bpy", "mathutils", "bmesh", "gpu", "blf", "bpy_extras", "addon"}
NETWORKS = {"onnxruntime", "cv2", "torch", "scipy", "onnx", "av"}
TIERS = (
    ("geometry",),
    ("take",),
    ("storage",),
    ("bodies", "images", "footage", "inference", "weights", "checkpoints", "tracking"),
    ("models",),
    ("solve", "retarget", "formats", "evaluate"),
    ("jobs",),
    ("worker", "cli"),
)
"""Rooms of the core from the lowest up: a module imports from its own tier or lower ones."""
FOR_ALL = {"errors", "typing", "__version__"}
"""What lies below all rooms."""
NOT_SHIPPED = ("reference", "networks", "generate", "training")
"""Rooms that the wheel leaves out: the product works without them."""
MOST_LOOSE_FILES = 5
LIGHT_FOR_ADDON = {"romp_core.take.settings", "romp_core.errors"}
UNSAFE = {("pickle", "load"), ("pickle", "loads"), ("torch", "load"), ("os", "system")}


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"{package} has no modules: this check would check nothing"
    return found


def imports(path: Path, top_level_only: bool = False) -> Iterator[tuple[str, int]]:
    """Absolute module names imported by a file, with the line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {id(n) for top in ast.walk(tree) if is_typing_guard(top) for n in ast.walk(top)}
    inside = {
        id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)
    }
    for node in ast.walk(tree):
        if id(node) in guarded or (top_level_only and id(node) in inside):
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module, node.lineno


def core_imports(path: Path) -> Iterator[tuple[str, int]]:
    """First part below romp_core of everything that a file of it imports, absolute or relative, also in functions."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            names = [(*module, alias.name) for alias in node.names]
        else:
            continue
        yield from ((name[1], node.lineno) for name in names if name[0] == "romp_core" and len(name) > 1)


def rooms() -> list[str]:
    """Folders of the core that hold modules."""
    return sorted({path.relative_to(ROOT).parts[1] for path in modules("romp_core") if path.parent.name != "romp_core"})


def room_imports(room: str) -> Iterator[tuple[str, str]]:
    """Rooms, and other parts of the core, that a room imports, each with the line that does."""
    for path in modules(f"romp_core/{room}"):
        for target, line in core_imports(path):
            if target != room and target not in FOR_ALL:
                yield target, f"{path.relative_to(ROOT)}:{line} imports {target}"


def is_typing_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_core_knows_no_blender() -> None:
    bad = [
        f"{p.name}:{line} {name}"
        for p in modules("romp_core")
        for name, line in imports(p)
        if name.split(".")[0] in BLENDER
    ]
    assert not bad


def test_few_files_lie_loose_in_the_core() -> None:
    loose = [path.name for path in (ROOT / "romp_core").iterdir() if path.is_file()]
    assert len(loose) <= MOST_LOOSE_FILES, sorted(loose)


def test_every_room_of_the_core_has_its_tier() -> None:
    known = {room for tier in TIERS for room in tier} | set(NOT_SHIPPED)
    assert set(rooms()) <= known


@pytest.mark.parametrize("height", range(len(TIERS)), ids=[tier[0] for tier in TIERS])
def test_nothing_imports_upward(height: int) -> None:
    allowed = {room for tier in TIERS[: height + 1] for room in tier}
    here = set(TIERS[height]) & set(rooms())
    assert not [where for room in here for target, where in room_imports(room) if target not in allowed]


def test_rooms_of_one_tier_import_each_other_in_one_direction() -> None:
    uses = {room: {target for target, _ in room_imports(room)} for tier in TIERS for room in tier if room in rooms()}
    both = [(one, other) for one, targets in uses.items() for other in targets if one in uses.get(other, ())]
    assert not both


def test_the_product_needs_nothing_that_the_wheel_leaves_out() -> None:
    product = [path for path in modules("romp_core") if path.relative_to(ROOT).parts[1] not in NOT_SHIPPED]
    bad = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for path in product
        for target, line in core_imports(path)
        if target in NOT_SHIPPED
    ]
    assert not bad


def test_tests_of_the_core_lie_as_the_core_does() -> None:
    tests = ROOT / "tests" / "core"
    others = {"build", "helpers"}  # what the builder does, and the tests' own instruments
    folders = {path.name for path in tests.iterdir() if path.is_dir() and not path.name.startswith("__")} - others
    assert folders <= set(rooms()), "tests of a room that does not exist"
    product = set(rooms()) - set(NOT_SHIPPED)
    assert product <= folders, "rooms without tests"


def test_addon_runs_no_networks() -> None:
    bad = [
        f"{p.name}:{line} {name}"
        for p in modules("addon")
        for name, line in imports(p)
        if name.split(".")[0] in NETWORKS
    ]
    assert not bad


def test_addon_imports_heavy_things_only_when_used() -> None:
    bad = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in modules("addon")
        for name, line in imports(path, top_level_only=True)
        if name.split(".")[0] in {"numpy", "romp_core"} and name not in LIGHT_FOR_ADDON
    ]
    assert not bad


@pytest.mark.parametrize("package", ["romp_core", "addon"])
def test_nothing_unsafe_is_called(package: str) -> None:
    bad = []
    for path in modules(package):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            target = node.func
            owner = target.value.id if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) else ""
            if isinstance(target, ast.Attribute) and (owner, target.attr) in UNSAFE:
                bad.append(f"{path.name}:{node.lineno} {owner}.{target.attr}")
            for keyword in node.keywords:
                truth = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
                if keyword.arg in ("shell", "allow_pickle") and truth:
                    bad.append(f"{path.name}:{node.lineno} {keyword.arg}=True")
    assert not bad


def test_the_command_line_sets_threads_before_numpy_reads_them() -> None:
    code = "import sys, romp_core.cli.main\nassert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=True)


def test_importing_the_core_is_light_and_silent() -> None:
    """Settings, errors and client are what the add-on touches first: no network library, no output, no files."""
    code = (
        "import sys, romp_core.take.settings, romp_core.worker.client\n"
        "heavy = {'onnxruntime', 'cv2', 'scipy', 'torch', 'bpy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
