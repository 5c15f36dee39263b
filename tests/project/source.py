"""Our own modules as they are written: what each imports, calls and defines."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "connectors", "router", "sandbox", "sync")


@dataclass(frozen=True, slots=True)
class Module:
    """One module. `imports` are dotted names as written, those inside functions and for types only too."""

    name: str
    path: Path
    tree: ast.Module
    imports: frozenset[str]

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]


@cache
def modules() -> Mapping[str, Module]:
    """Return every module of the packages by its dotted name."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {module.name: module for module in map(_module, sorted(paths))}


def _module(path: Path) -> Module:
    tree = ast.parse(path.read_bytes(), str(path))
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, tree, frozenset(imports(tree)))


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield what a piece of code imports; `from a import b` is `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(module: Module) -> frozenset[str]:
    """Return the modules of ours that this one imports, itself left out."""
    known = modules()
    found = {name if name in known else name.rpartition(".")[0] for name in module.imports}
    return frozenset(found & known.keys() - {module.name})


def python_files(*folders: str) -> list[Path]:
    """Return the Python files of these folders of the repository."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a file: where it is, and its lines from `def` to the last one."""
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            where = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            yield where, (node.end_lineno or node.lineno) - node.lineno + 1
