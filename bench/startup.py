"""How long the program takes to start: `--help`, `check`, and for comparison the bare interpreter.

Each case is the median of fresh processes, taken in turns so that other work on the machine touches all of them.
Bytecode is compiled first: without it every start would compile, three times as slow as what an installation has.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.rows import Row
from config.starter import write_starter

ROUNDS = 21
PROGRAM = "import sys; from sync.cli import main; sys.argv[0] = 'leadswitch'; main()"


def run() -> Sequence[Row]:
    """Measure every case."""
    with tempfile.TemporaryDirectory(prefix="leadswitch-startup-") as folder:
        write_starter(Path(folder))
        cases = {
            "interpreter_ms": ["-c", "pass"],
            "help_ms": ["-c", PROGRAM, "--help"],
            "check_ms": ["-c", PROGRAM, "check", "--config", folder],
        }
        took = _in_turns(cases)
    return [
        Row("help_ms", took["help_ms"], "ms", 250, better="less"),
        Row("check_ms", took["check_ms"], "ms", 350, better="less"),
        Row("interpreter_ms", took["interpreter_ms"], "ms", peer="python -c pass"),
    ]


def _in_turns(cases: dict[str, list[str]]) -> dict[str, float]:
    for arguments in cases.values():
        _took(arguments)  # writes the bytecode
    rounds = [{case: _took(arguments) for case, arguments in cases.items()} for _ in range(ROUNDS)]
    return {case: round(median(took[case] for took in rounds), 1) for case in cases}


def _took(arguments: list[str]) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = perf_counter()
    subprocess.run([sys.executable, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
    return (perf_counter() - began) * 1_000
