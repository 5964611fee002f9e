"""What the pages say is there: commands, links, targets, versions; and nothing of one machine."""

import configparser
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.main import get_command

from assistant import __version__
from assistant.channels.cli.app import app

ROOT = Path(__file__).parents[1]
TOP_PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
PAGES = [*TOP_PAGES, *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").rglob("*.md")))]
# Pictures are made by hand; pages that are text can be compared.
SCRIPTS = [
    p for p in sorted((ROOT / "docs").glob("make_*.py")) if "--check" in p.read_text("utf-8")
]
LEFT_OUT = {
    ".git",
    ".venv",
    "node_modules",
    "dist",
    "build",
    "results",
    "__pycache__",
    ".hypothesis",
}
# A home folder, a checkout of one person, a package index by its usual path.
MACHINE = re.compile(
    r"(?<![\w.])/(?:home|Users)/(?!me\b|you\b|app\b)\w+|(?<![\w.])/(?:root|work)/|[A-Z]:\\\\Users"
    r"|https?://[^\s/\"']+/(?:\S+/)?simple\b"
)


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def fenced(text: str) -> list[str]:
    """The lines of the blocks of commands."""
    blocks = re.findall(r"(?ms)^```(?:bash|sh|console|shell)?\n(.*?)^```", text)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line.removeprefix(".venv/bin/") for line in lines]


def commands_in(text: str) -> list[str]:
    """Command lines in blocks and in code spans."""
    return [*fenced(text), *re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^```.*?^```", "", text))]


def known_commands() -> set[str]:
    root = get_command(app)
    groups = {name: getattr(found, "commands", {}) for name, found in root.commands.items()}
    return {*groups, *(f"{name} {sub}" for name, subs in groups.items() for sub in subs)}


@pytest.mark.parametrize("page", TOP_PAGES)
def test_the_page_is_there(page):
    assert len(text_of(page)) > 200


def test_the_readme_shows_the_two_commands():
    lines = fenced(text_of("README.md"))
    assert any(line.startswith("make run") for line in lines)
    assert any(line.startswith("scopewright ") for line in lines)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text_of(page))
    for target in (one or other for one, other in targets):
        if urlsplit(target).scheme or target.startswith("#"):
            continue
        assert ((ROOT / page).parent / target.split("#")[0]).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_every_command_in_a_page_is_there(page):
    targets = set(re.findall(r"(?m)^([a-z]+):", text_of("Makefile")))
    known = known_commands()
    for line in commands_in(text_of(page)):
        words = line.split("#")[0].split()
        if words[:1] == ["make"] and len(words) > 1:
            assert {word for word in words[1:] if word.isalpha()} <= targets, line
        if words[:1] == ["scopewright"] and len(words) > 1 and words[1][0].isalpha():
            assert words[1] in known, line
            pair = " ".join(words[1:3])
            is_group = any(name.startswith(f"{words[1]} ") for name in known)
            if is_group and len(words) > 2 and words[2].isalpha():
                assert pair in known, line


def test_the_changelog_has_this_version():
    assert re.search(rf"(?m)^## .*\b{re.escape(__version__)}\b", text_of("CHANGELOG.md"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_generated_pages_are_up_to_date(script):
    command = [sys.executable, str(script), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# -- nothing of one machine


def files_of_the_tree() -> Iterator[Path]:
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if name not in LEFT_OUT and not name.endswith("_cache")]
        yield from (Path(folder, name) for name in files)


def index_hosts() -> set[str]:
    """The hosts of this machine's package index, which nobody else can reach."""
    values = [
        value for name, value in os.environ.items() if re.match(r"(PIP|UV)_.*(INDEX|URL)", name)
    ]
    config = configparser.RawConfigParser(strict=False)
    homes = [Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")), Path("/etc")]
    config.read([*(home / "pip" / "pip.conf" for home in homes), "/etc/pip.conf"], "utf-8")
    config.read([Path.home() / ".pip" / "pip.conf"], "utf-8")
    values += [
        value
        for section in config.sections()
        for name, value in config.items(section)
        if "url" in name
    ]
    hosts = {urlsplit(word).hostname or "" for value in values for word in value.split()}
    return hosts - {"", "pypi.org", "localhost", "127.0.0.1"}


def test_no_file_names_a_folder_or_host_of_one_machine():
    hosts = index_hosts()
    guilty = []
    for path in files_of_the_tree():
        if path == Path(__file__) or path.stat().st_size > 5_000_000:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            # Pictures and weights.
            continue
        found = MACHINE.search(text)
        if found or any(host in text for host in hosts):
            guilty.append(f"{path.relative_to(ROOT)}: {found.group() if found else 'index host'}")
    assert guilty == []
