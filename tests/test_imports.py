"""Imports point down, and a planted violation is found."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PLANTED = {
    "core/timing.py": "import time",
    "core/plan.py": "from bot.adapters import fetch",
    "render/plain_text.py": "import httpx",
    "services/digest.py": "import sqlalchemy",
    "sources/opml.py": "import asyncio",
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder)})


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("bot", "handlers"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_contracts_hold_and_each_planted_violation_breaks_one(tree: Path):
    assert lint(tree).returncode == 0
    for name, line in PLANTED.items():
        path = tree / "bot" / name
        right = path.read_text(encoding="utf-8")
        path.write_text(f"{right}\n{line}\n", encoding="utf-8")

        broken = lint(tree)

        assert broken.returncode != 0, name
        assert "BROKEN" in broken.stdout
        path.write_text(right, encoding="utf-8")
