"""Which modules of romp_core a part of it imports, found by reading, without running anything."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .paths import CORE


def modules(start: str) -> list[Path]:
    """The files of a subpackage such as "generate" and of all in romp_core that they import, also in functions.

    Not what an `__init__.py` imports in functions: packages on the way to a module run, but nobody calls into them.
    """
    waiting = [*(CORE / start).rglob("*.py")]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path)
    return sorted(found)


def imported(path: Path) -> Iterator[Path]:
    """The files of romp_core that a file of it imports, also in functions; some more than once."""
    package = path.parent.relative_to(CORE.parent).parts
    tree = ast.parse(path.read_text("utf-8"))
    for node in tree.body if path.name == "__init__.py" else ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files(tuple(alias.name.split(".")))
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            for alias in node.names:  # each may be a module itself
                yield from _files((*module, alias.name))


def _files(name: tuple[str, ...]) -> Iterator[Path]:
    """The files that importing this dotted name runs: the packages on the way and the module."""
    if name[0] != CORE.name:
        return
    for length in range(1, len(name) + 1):
        path = CORE.parent.joinpath(*name[:length])
        yield from (file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file())
