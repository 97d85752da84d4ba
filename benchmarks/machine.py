"""What the numbers were measured on."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

from benchmarks.mm1_c import FLAGS, compiler
from benchmarks.tables import Column, Row, Table

PACKAGES = ("numba", "numpy", "simpy", "networkx", "ciw", "salabim")


def machine() -> Table:
    """Processor, memory, versions."""
    facts = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": f"{_processor()}, {os.cpu_count()} cores seen",
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}, {' '.join(platform.libc_ver())}".rstrip(", "),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(f"{name} {version}" for name in PACKAGES if (version := _version(name))),
        "C": _c(),
    }
    rows: list[Row] = [{"what": what, "which": which} for what, which in facts.items() if which]
    return Table("machine", "Measured on", (Column("what", ""), Column("which", "")), rows)


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return ""
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _c() -> str:
    command = compiler()
    if not command:
        return ""
    said = subprocess.run([command, "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]
    return f"{said}, `{' '.join(FLAGS)}`"
