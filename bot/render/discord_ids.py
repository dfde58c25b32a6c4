"""What a Discord message carries beside what people see: what its controls do, and which delivery it is.

A control's `custom_id` is `ACTION[~oVALUE.VALUE…][~kMARK]`: the action of a Button, the values of the menu that a press
opens, and the delivery's mark. Discord keeps no metadata for a message, and need not tell its nonce in the history, so
the mark is what `DiscordPoster.find` looks for (docs/decisions/discord-delivery.md). A message without such a control
carries it as zero-width signs at the end of its content; text from outside never brings any (`clip.tidy_run`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.render.discord_limits import CONTENT_MAX, CUSTOM_ID_MAX, size

_OPTIONS, _MARK = "~o", "~k"
_BITS: Final = "\u200b\u200c\u200d\u2060"  # two bits each
_FIRST: Final = "\u2060"
_SHOWN: Final = 8  # signs of the mark (48 bits) in the content
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
UNSEEN_SIZE: Final = len(_FIRST) + _SHOWN * 3


@dataclass(frozen=True, slots=True)
class ControlId:
    """A `custom_id`, taken apart."""

    action: str
    options: tuple[str, ...] = ()
    mark: str = ""


def write(action: str, options: Sequence[str] = ()) -> str:
    """The `custom_id` of a control.

    Raises:
        ValueError: it would be longer than Discord takes, or could not be read back: not an action of ours.
    """
    if not action or "~" in action or any("~" in each or "." in each or not each for each in options):
        raise ValueError(f"not an action: {action!r} {options!r}")
    written = action + (_OPTIONS + ".".join(options) if options else "")
    if size(written) > CUSTOM_ID_MAX:
        raise ValueError(f"too long for a custom_id: {written!r}")
    return written


def read(custom_id: str) -> ControlId:
    """What `write` and `sign` put in."""
    rest, _, mark = custom_id.partition(_MARK)
    action, _, options = rest.partition(_OPTIONS)
    return ControlId(action, tuple(options.split(".")) if options else (), mark)


def sign(payload: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """The payload with the mark of its delivery (base64url) in it."""
    signed = {**payload, "components": [{**row, "components": [*row["components"]]} for row in payload["components"]]}
    for row in signed["components"]:
        for place, control in enumerate(row["components"]):
            custom_id = control.get("custom_id", "")
            if custom_id and size(custom_id + _MARK + mark) <= CUSTOM_ID_MAX:
                row["components"][place] = {**control, "custom_id": custom_id + _MARK + mark}
                return signed
    if size(signed["content"]) + UNSEEN_SIZE <= CONTENT_MAX:
        signed["content"] += _unseen(mark)
    return signed


def carries(message: Mapping[str, Any], mark: str) -> bool:
    """Whether a message, as Discord's API tells it, is the delivery with this mark."""
    if str(message.get("nonce", "")) == mark or any(read(each).mark == mark for each in _custom_ids(message)):
        return True
    return bool(mark) and _unseen(mark) in str(message.get("content", ""))


def _custom_ids(message: Mapping[str, Any]) -> Iterator[str]:
    for row in message.get("components") or []:
        for control in row.get("components") or []:
            yield str(control.get("custom_id") or "")


def _unseen(mark: str) -> str:
    values = [_ALPHABET.index(sign) for sign in mark[:_SHOWN]]
    return _FIRST + "".join(_BITS[value >> shift & 3] for value in values for shift in (4, 2, 0))
