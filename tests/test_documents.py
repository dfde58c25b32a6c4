"""The documents tell the truth: files exist, commands parse, and no tracked file names what it must not."""

import re
import subprocess
from pathlib import Path

import pytest

from bot.core.commands import parse
from bot.core.matching import expression

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.en.md")


def tracked() -> list[Path]:
    """The files that git knows; all files where there is no git."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = done.stdout.decode().split("\0") if done.returncode == 0 else []
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_no_tracked_file_names_a_package_host():
    hosts = [".".join(("pypi", "org")), ".".join(("files", "pythonhosted", "org")), ".".join(("npmjs", "com"))]
    hosts.append(".".join(("npmjs", "org")))

    named = [f"{path.name}: {host}" for path in tracked() for host in hosts if host in text_of(path)]

    assert named == []


def test_no_tracked_file_names_a_path_of_one_machine():
    places = ["/" + "/".join(parts) + "/" for parts in (("work", "main"), ("work", "shared"), ("home", "user"))]
    places.append("/" + "root" + "/.")

    named = [f"{path.name}: {place}" for path in tracked() for place in places if place in text_of(path)]

    assert named == []


def test_the_lock_file_has_a_hash_for_every_package():
    lock = text_of(ROOT / "requirements.lock")

    packages = re.findall(r"^[a-z0-9][a-z0-9._-]*==", lock, re.MULTILINE | re.IGNORECASE)
    assert len(packages) > 80
    for block in re.split(r"\n(?=[a-z0-9])", lock)[1:]:
        assert "--hash=sha256:" in block


@pytest.mark.parametrize("name", ["docs/tour.md", *READMES, "CONTRIBUTING.md"])
def test_every_file_that_a_document_names_is_there(name):
    text = text_of(ROOT / name)
    paths = set(re.findall(r"`((?:bot|handlers|docs|tests|deploy|migrations)/[\w./-]*\w/?)`", text))
    paths |= {link for link in re.findall(r"\]\(([\w./-]+)\)", text) if "://" not in link}

    missing = sorted(path for path in paths if not (ROOT / path).exists())

    assert missing == []


def test_the_tour_names_every_room():
    tour = text_of(ROOT / "docs/tour.md")

    for room in sorted(path.name for path in (ROOT / "bot").iterdir() if (path / "__init__.py").exists()):
        assert f"bot/{room}/" in tour


@pytest.mark.parametrize("name", READMES)
def test_the_readmes_are_short(name):
    assert len(text_of(ROOT / name).split()) <= 600


@pytest.mark.parametrize("name", READMES)
def test_every_command_of_a_readme_is_understood(name):
    rows = [line for line in text_of(ROOT / name).splitlines() if line.startswith("| `")]
    lines = [line.replace("…", "LG전자") for row in rows for line in re.findall(r"`([^`]+)`", row)]

    assert len(lines) > 8
    for line in lines:
        call = parse(line)
        if call.get("expression"):
            expression.parse(call.get("expression"))


@pytest.mark.parametrize("name", READMES)
def test_every_watch_expression_of_a_readme_is_right(name):
    (line,) = [each for each in text_of(ROOT / name).splitlines() if "`삼성*`" in each]
    shown = re.findall(r"`([^`]+)`", line)

    assert len(shown) >= 9
    for text in shown:
        expression.parse(text)


@pytest.mark.parametrize("name", READMES)
def test_every_make_target_of_a_readme_is_there(name):
    targets = set(re.findall(r"^([a-z-]+)[: ]", text_of(ROOT / "Makefile"), re.MULTILINE))

    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text_of(ROOT / name), re.MULTILINE)) <= targets


def test_make_help_lists_the_targets_of_the_issue():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    for target in ("help", "setup", "demo", "run", "check", "test", "cover", "bench", "docs"):
        assert re.search(rf"^{target} ", shown, re.MULTILINE), target
