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
    return {name: _module(name, path) for name, path in module_files().items()}


def _module(name: str, path: Path) -> Module:
    tree = ast.parse(path.read_bytes(), str(path))
    return Module(name, path, tree, frozenset(imports(tree)))


def module_files() -> Mapping[str, Path]:
    """Return the file of every module of the packages by the module's dotted name."""
    return {_name(path): path for path in python_files(*PACKAGES)}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


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


@dataclass(frozen=True, slots=True)
class Function:
    """Where a function is, and its lines from `def` to the last one."""

    where: str
    lines: int


@dataclass(frozen=True, slots=True)
class Read:
    """What is kept of a file once it was parsed; `relative` are the lines of its relative imports."""

    functions: tuple[Function, ...]
    relative: tuple[int, ...]


@cache
def read(path: Path) -> Read:
    nodes = list(ast.walk(ast.parse(path.read_bytes(), str(path))))
    name = path.relative_to(ROOT)
    return Read(
        tuple(
            Function(f"{name}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
            for node in nodes
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ),
        tuple(node.lineno for node in nodes if isinstance(node, ast.ImportFrom) and node.level),
    )
