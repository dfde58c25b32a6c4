"""One table serves every surface: what one of them knows, all of them know."""

import re
from pathlib import Path

import discord
import pytest
from discord import app_commands

from bot.core.commands import COMMANDS, TOPICS, parse
from bot.core.errors import UserMistake
from bot.core.matching import expression as expressions
from bot.core.wording import TEXTS, say
from bot.services.commands import HANDLERS
from bot.sources.registry import KINDS
from handlers.discord_app import tree

ROOT = Path(__file__).parents[1]
NAMES = {command.name for command in COMMANDS}


def _tree() -> app_commands.CommandTree:
    made = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))

    async def nothing(*_: object) -> list[app_commands.Choice[str]]:
        return []

    tree.fill(made, nothing, nothing)
    return made


def test_every_command_has_its_handler():
    assert set(HANDLERS) == NAMES


async def test_every_command_is_one_of_discords_and_none_is_left_over():
    found = {
        f"{group.name}.{command.name}"
        for group in _tree().get_commands()
        if isinstance(group, app_commands.Group)
        for command in group.commands
    }

    assert found == NAMES


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_word_of_a_command_is_understood(command):
    for words in command.words:
        asked = parse(words if command.name == "news.settings" else f"{words} 1")
        assert asked.name == command.name, words


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("topic", [None, *(each.value for each in TOPICS)])
def test_every_line_of_the_help_is_a_command_or_an_expression(topic, language):
    text = say(f"help.{topic}" if topic else "help.examples", language)
    for line in text.splitlines():
        for example in line.partition(" – ")[0].split(" · "):
            if topic == "grammar":
                whole = f"한화 {example}" if example.startswith(("매체", "outlet")) else example
                assert expressions.parse(whole)
            else:
                assert parse(example)


def test_every_command_has_its_words_in_the_help():
    firsts = {command.words[0].split()[0] for command in COMMANDS}

    assert {"구독", "출처", "요약"} <= firsts
    for topic in TOPICS:
        assert f"help.{topic.value}" in TEXTS


def _commands_of(readme: str) -> list[str]:
    """What stands in backquotes in the first column of the table of commands."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`.+?`) \| ", text, re.MULTILINE)
    return [line for cell in cells for line in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_the_readmes_commands_are_understood(readme):
    lines = _commands_of(readme)

    assert len(lines) > 5
    for line in lines:
        try:
            parse(line)
        except UserMistake as error:
            pytest.fail(f"{readme}: {line!r}: {error}")


def test_every_kind_of_source_can_be_asked_and_read():
    for name, kind in KINDS.items():
        assert callable(kind.request), name
        assert callable(kind.parse), name
