"""Arrows between the packages, purity where the design asks for it, and the size of things."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.util import find_spec

import pytest

from sync.cli import COMMANDS
from tests.project.source import PACKAGES, ROOT, Module, module_files, modules, ours, python_files, read

ARROWS = {
    "router": set[str](),
    "connectors": {"router.model"},
    "config": {"router"},
    "sandbox": set[str](),
    "sync": {"router", "connectors", "config"},
}
"""What each package may import of ours, besides itself."""

BY_DOTTED_PATH = {"console", "sandbox"}
"""Packages that the program may load by dotted path from its one table of commands, and no others."""

DEEPEST = {"router": 7, "connectors": 7, "config": 7, "sandbox": 14, "sync": 10}
"""The longest chain of imports inside each package."""

IMPURE_MODULES = {
    "asyncio",
    "ctypes",
    "fcntl",
    "glob",
    "http",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "pickle",
    "queue",
    "random",
    "requests",
    "rich",
    "secrets",
    "select",
    "shelve",
    "shutil",
    "signal",
    "socket",
    "sqlalchemy",
    "sqlite3",
    "ssl",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "typer",
    "urllib",
    "urllib3",
    "uuid",
    "warnings",
}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "breakpoint"}
IMPURE_METHODS = {"now", "today", "utcnow", "read_text", "read_bytes", "write_text", "write_bytes", "open"}


def _is_pure(name: str) -> bool:
    package, last = name.partition(".")[0], name.rpartition(".")[2]
    return (
        package == "router"
        or name == "sync.plan"
        or "normalise" in name.split(".")
        or last.startswith("wire")
    )


PURE = sorted(name for name in module_files() if _is_pure(name) and not name.startswith("sync.wiring"))

READS_TABLES = {"connectors.normalise.packaged"}
"""This one may read text all the same, and only from packages: tables are code that is easier to read as data."""


# --- arrows -----------------------------------------------------------------------------------------------


def test_there_is_something_to_look_at() -> None:
    assert len(modules()) > 80
    assert {"router.turns", "sync.plan", "connectors.memory.wire", "connectors.normalise.phone"} <= set(PURE)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_the_arrows_allow(package: str) -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module in modules().values()
        if module.package == package
        for name in ours(module)
        if not _allowed(package, name)
    ]
    assert not wrong


def _allowed(package: str, name: str) -> bool:
    allowed = ARROWS[package] | {package}
    return any(name == other or name.startswith(f"{other}.") for other in allowed)


def test_nothing_outside_of_the_packages_is_imported_by_them() -> None:
    foreign = {"tests", "bench", "console", "sandbox"}
    wrong = [
        f"{module.name} imports {name}"
        for module in modules().values()
        for name in module.imports
        if name.partition(".")[0] in foreign - {module.name.partition(".")[0]}
    ]
    assert not wrong


def test_an_arrow_that_is_not_allowed_is_seen() -> None:
    assert not _allowed("router", "connectors.contract")
    assert not _allowed("connectors", "router.rules")
    assert not _allowed("config", "sync.store")
    assert not _allowed("sync", "console")
    assert _allowed("sync", "config.loader")


def test_every_command_of_the_table_has_a_module_with_run() -> None:
    for name, path in COMMANDS.items():
        tree = modules()[path].tree if path in modules() else None
        assert tree or path.partition(".")[0] in BY_DOTTED_PATH, f"{name}: there is no module {path}"
        found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} if tree else {"run"}
        assert "run" in found, f"{name}: {path} has no run()"


def test_every_module_of_a_command_is_in_the_table() -> None:
    files = (ROOT / "sync" / "commands").glob("*.py")
    modules_of_commands = {f"sync.commands.{path.stem}" for path in files if path.stem != "__init__"}
    assert modules_of_commands == {path for path in COMMANDS.values() if path.startswith("sync.commands.")}


def test_modules_are_loaded_by_name_only_from_the_tables_of_commands_and_connectors() -> None:
    users = {
        module.name
        for module in modules().values()
        if any(name.startswith("importlib.import_module") or name == "importlib" for name in module.imports)
    }
    assert users == {"sync.cli", "sync.commandline", "connectors.registry"}


def test_no_import_is_relative() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in python_files(*PACKAGES, "tests", "bench")
        for line in read(path).relative
    ]
    assert not wrong


# --- cycles and depth -------------------------------------------------------------------------------------


def test_imports_make_no_cycle_even_inside_functions_and_for_types() -> None:
    graph = {name: ours(module) for name, module in modules().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("package", PACKAGES)
def test_chains_of_imports_stay_short(package: str) -> None:
    longest = max((_chain(name) for name in modules() if name.partition(".")[0] == package), key=len)
    assert len(longest) <= DEEPEST[package], " -> ".join(longest)


@cache
def _chain(name: str) -> tuple[str, ...]:
    """Return the longest chain of imports at the top of modules, inside the package of this one."""
    package = name.partition(".")[0]
    known = modules()
    found = {
        imported if imported in known else imported.rpartition(".")[0] for imported in _at_top(known[name])
    }
    inside = {other for other in found & known.keys() - {name} if other.partition(".")[0] == package}
    return (name, *max((_chain(other) for other in inside), key=len, default=()))


def _at_top(module: Module) -> Iterator[str]:
    for node in module.tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# --- purity -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_asks_nothing_of_the_world(name: str) -> None:
    module = modules()[name]
    assert not list(_impure_imports(module))
    reads = name in READS_TABLES and "importlib.resources.files" in module.imports
    assert not [call for call in _impure_calls(module.tree) if not (reads and call.endswith(".read_text()"))]


def _impure_imports(module: Module) -> Iterator[str]:
    for name in sorted(module.imports):
        top = name.partition(".")[0]
        if top in IMPURE_MODULES:
            yield f"{module.name} imports {name}"


def _impure_calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield f"line {node.lineno}: global"
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            yield f"line {node.lineno}: {node.func.id}()"
        if isinstance(node.func, ast.Attribute) and node.func.attr in IMPURE_METHODS:
            yield f"line {node.lineno}: .{node.func.attr}()"


@pytest.mark.parametrize(
    "code",
    ["datetime.now(UTC)", "date.today()", "open('x')", "print(1)", "Path('x').read_text()", "eval('1')"],
)
def test_a_call_to_the_world_is_seen(code: str) -> None:
    assert list(_impure_calls(ast.parse(code)))


def test_pure_modules_need_no_other_library_than_these() -> None:
    """Code that reads spellings, of companies too, needs tables of others; the rest of the router needs no library."""
    wanted = {"holidays", "idna", "phonenumbers", "publicsuffixlist"}
    names = {"router.accounts": {"rapidfuzz"}, "router.companies": {"anyascii"}}
    for name in PURE:
        third = {top for top in _tops(modules()[name]) if _is_third_party(top)}
        allowed = wanted if name.startswith("connectors.normalise") else names.get(name, set())
        assert third <= allowed, f"{name} imports {third - allowed}"


def _tops(module: Module) -> set[str]:
    return {name.partition(".")[0] for name in module.imports}


def _is_third_party(top: str) -> bool:
    spec = find_spec(top) if top not in {*PACKAGES, "__future__"} else None
    return spec is not None and "site-packages" in str(spec.origin)


# --- sizes ------------------------------------------------------------------------------------------------

CODE = python_files(*PACKAGES, "tests", "bench")


def test_no_function_is_longer_than_sixty_lines() -> None:
    """A migration is a list of tables: it has no shape that cutting would show."""
    too_long = [
        f"{function.where}: {function.lines} lines"
        for path in CODE
        if "migrations" not in path.parts
        for function in read(path).functions
        if function.lines > 60
    ]
    assert not too_long


def test_few_functions_of_the_product_are_longer_than_thirty_lines() -> None:
    lengths = sorted(
        function.lines
        for path in python_files(*PACKAGES)
        if "migrations" not in path.parts
        for function in read(path).functions
    )
    longer = sum(lines > 30 for lines in lengths)
    assert longer <= len(lengths) * 0.02
    assert lengths[len(lengths) // 2] <= 7


def test_no_file_of_the_product_is_longer_than_three_hundred_and_fifty_lines() -> None:
    too_long = _longer(PACKAGES, 350)
    assert not too_long


def test_no_file_of_tests_is_longer_than_four_hundred_and_fifty_lines() -> None:
    assert not _longer(("tests", "bench"), 450)


def _longer(folders: tuple[str, ...], most: int) -> list[str]:
    counted = {
        path.relative_to(ROOT): path.read_bytes().count(b"\n")
        for path in CODE
        if path.relative_to(ROOT).parts[0] in folders
    }
    return [f"{path}: {lines} lines" for path, lines in counted.items() if lines > most]
