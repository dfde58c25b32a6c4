"""The command table → Discord's slash commands, in English with Korean localisations."""

import hashlib
import inspect
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import AppCommandContext, AppInstallationType, locale_str

from bot.core.commands import COMMANDS, Choice, Command, CommandOption, Invocation
from bot.core.wording import TEXTS, say
from bot.render.discord_limits import SUGGESTIONS_MAX
from handlers.discord_app.rights import Interaction

EXPRESSION_MAX: Final = 200  # design/commands.md §4
TEXT_MAX: Final = 1_000
SEARCH_DAYS, TREND_DAYS = (1, 30), (1, 90)
_NEEDED: Final = {
    "watch": discord.Permissions(manage_channels=True),
    "digest": discord.Permissions(manage_channels=True),
    "source": discord.Permissions(manage_guild=True),
}
_CHANNELS: Final = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
]

Run = Callable[[Interaction, Invocation], Awaitable[None]]
Suggest = Callable[[Interaction, str, str], Awaitable[list[app_commands.Choice[str]]]]
Suggester = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


class Texts(app_commands.Translator):
    """Korean for the texts that carry a wording key; English is the default."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The Korean text, or None: as it is."""
        del context
        if locale is not discord.Locale.korean:
            return None
        korean = string.extras.get("korean")
        return str(korean) if korean is not None else None


def fill(tree: app_commands.CommandTree[Any], run: Run, suggest: Suggest) -> None:
    """Put every command of the table into the tree."""
    groups: dict[str, app_commands.Group] = {}
    for command in COMMANDS:
        group = groups.get(command.group)
        if group is None:
            group = groups[command.group] = _group(command.group)
            tree.add_command(group)
        group.add_command(_command(command, run, suggest))


async def hash_of(tree: app_commands.CommandTree[Any]) -> str:
    """What `sync` would send, as a hash."""
    translator = tree.translator or Texts()
    payload = [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def text(key: str) -> locale_str:
    """A localised text."""
    return locale_str(say(key, "en"), korean=say(key, "ko"))


def _group(name: str) -> app_commands.Group:
    in_guilds = name in _NEEDED
    anywhere = not in_guilds
    return app_commands.Group(
        name=text(f"discord.name.{name}"),
        description=text(f"discord.about.{name}"),
        default_permissions=_NEEDED.get(name),
        guild_only=in_guilds,
        allowed_contexts=AppCommandContext(guild=True, dm_channel=anywhere, private_channel=anywhere),
        allowed_installs=AppInstallationType(guild=True, user=anywhere),
    )


def _command(command: Command, run: Run, suggest: Suggest) -> app_commands.Command[Any, ..., None]:
    async def callback(interaction: Interaction, **given: object) -> None:
        await run(interaction, Invocation(command.name, arguments_of(given)))

    names = {_parameter(option): option for option in command.options}
    callback.__signature__ = inspect.Signature(  # type: ignore[attr-defined] # what discord.py builds options from
        [
            inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_ONLY, annotation=discord.Interaction),
            *(_signature(command, option) for option in command.options),
        ]
    )
    described: Callable[..., Awaitable[None]] = callback
    if names:
        described = app_commands.describe(**{key: _about(command, each) for key, each in names.items()})(described)
        described = app_commands.rename(**{key: _name(command, each) for key, each in names.items()})(described)
    choices = {key: [_choice(each) for each in option.choices] for key, option in names.items() if option.choices}
    if choices:
        described = app_commands.choices(**choices)(described)
    suggesting = {key: _suggester(option.suggests, suggest) for key, option in names.items() if option.suggests}
    if suggesting:
        described = app_commands.autocomplete(**suggesting)(described)
    return app_commands.Command(
        name=text(f"discord.name.{command.name}"),
        description=text(f"discord.about.{command.name}"),
        callback=described,  # type: ignore[arg-type] # a callback whose options are in its `__signature__`
    )


def _signature(command: Command, option: CommandOption) -> inspect.Parameter:
    default = inspect.Parameter.empty if option.required else None
    annotation = _annotation(command, option)
    return inspect.Parameter(_parameter(option), inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _annotation(command: Command, option: CommandOption) -> object:
    if option.choices:
        return str
    match option.kind:
        case "flag":
            return bool
        case "role":
            return app_commands.Transform[str, _Role]
        case "channel":
            return app_commands.Transform[str, _Channel]
        case "days":
            low, high = SEARCH_DAYS if command.name == "news.search" else TREND_DAYS
            return app_commands.Range[int, low, high]
        case _:
            most = EXPRESSION_MAX if option.suggests == "expression" else TEXT_MAX
            return app_commands.Range[str, 1, most]


class _Channel(app_commands.Transformer):
    """A channel's id; what kinds there are to choose from is Discord's to show."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return _CHANNELS

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> str:  # noqa: ANN401 - theirs
        del interaction
        return str(value.id)


class _Role(app_commands.Transformer):
    """A role's id."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.role

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> str:  # noqa: ANN401 - theirs
        del interaction
        return str(value.id)


def arguments_of(given: Mapping[str, object]) -> dict[str, str]:
    """Options as the command layer takes them: all text, absent ones absent."""
    return {
        name.removesuffix("_"): "yes" if value is True else str(value)
        for name, value in given.items()
        if value is not None and value is not False
    }


def _suggester(kind: str, suggest: Suggest) -> Suggester:
    async def suggesting(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return (await suggest(interaction, kind, current))[:SUGGESTIONS_MAX]

    return suggesting


def _parameter(option: CommandOption) -> str:
    return f"{option.name}_"  # `for` is a word of Python's


def _name(command: Command, option: CommandOption) -> locale_str:
    return locale_str(option.name, korean=say(_key("option", command, option), "ko"))


def _about(command: Command, option: CommandOption) -> locale_str:
    return text(_key("hint", command, option))


def _key(kind: str, command: Command, option: CommandOption) -> str:
    """An option means the same everywhere, except where a text of its own says otherwise."""
    own = f"discord.{kind}.{command.name}.{option.name}"
    return own if own in TEXTS else f"discord.{kind}.{option.name}"


def _choice(choice: Choice) -> app_commands.Choice[str]:
    return app_commands.Choice(name=locale_str(choice.english, korean=choice.korean), value=choice.value)
