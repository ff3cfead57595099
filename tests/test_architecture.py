"""Arrows run one way: pages -> dashboard, charts -> analysis -> selection, record."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted([*ROOT.glob("*.py"), *ROOT.glob("pages/**/*.py"), *ROOT.glob("twoplustwo/**/*.py")])


def imports(path: Path) -> set[str]:
    """Dotted names that a file imports, also inside functions and from a package by name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where an arrow leads"
            names.update({str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def importing(package: str) -> set[str]:
    """Files, relative to the repository, that import a package or a part of it."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if any(f"{name}.".startswith(f"{package}.") for name in imports(path))
    }


def under(*places: str) -> set[str]:
    names = {path.relative_to(ROOT).as_posix() for path in FILES}
    return {name for name in names if name.startswith(places)}


DASHBOARD = ("twoplustwo/dashboard/", "pages/", "app.py")


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("streamlit", DASHBOARD),
        ("plotly", ("twoplustwo/charts/",)),
        ("filelock", ("twoplustwo/storage.py",)),
        ("frictionless", ("twoplustwo/check.py",)),
        ("fastapi", ("twoplustwo/api.py",)),
        ("twoplustwo.api", ("app.py",)),
        ("twoplustwo.command", ("twoplustwo/__main__.py",)),
        ("twoplustwo.dashboard", DASHBOARD),
        ("twoplustwo.charts", ("twoplustwo/charts/", *DASHBOARD)),
    ],
)
def test_a_package_is_imported_only_where_it_belongs(package: str, allowed: tuple[str, ...]):
    assert importing(package) <= under(*allowed)


@pytest.mark.parametrize("package", ["twoplustwo.analysis", "twoplustwo.charts", "twoplustwo.dashboard"])
def test_record_check_and_selection_know_nothing_above_them(package: str):
    base = {
        "twoplustwo/record.py",
        "twoplustwo/check.py",
        "twoplustwo/selection.py",
        "twoplustwo/__init__.py",
    }
    assert base <= under("twoplustwo/")
    assert not importing(package) & base


def test_the_record_knows_neither_check_nor_selection():
    assert "twoplustwo/record.py" not in importing("twoplustwo.check") | importing("twoplustwo.selection")


def test_pages_do_not_import_each_other():
    assert importing("pages") <= {"app.py"}
