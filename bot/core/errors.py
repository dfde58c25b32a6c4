"""What can go wrong, named after what the caller does about it.

    SosikError
    ├─ UserMistake   shown to the user as it stands; not logged as an error
    ├─ TryLater      passing; `after_seconds` when the other side named a wait
    ├─ GiveUp        never again for this item; the reason is stored and shown in /news 상태
    └─ InDoubt       nobody knows whether it happened: ask the other side before trying again

An error carries a key of `core/wording.py` and the values that the sentence names, so that the same error can be told
in Korean and in English. `str(error)` is for logs: the key and the values.
"""

from enum import StrEnum


class Reach(StrEnum):
    """How much stands still because of an error."""

    ITEM = "item"  # this delivery, this source, this page
    CHANNEL = "channel"  # everything for this channel
    WORKSPACE = "workspace"  # every channel of this workspace or server
    PLATFORM = "platform"  # the whole platform, for this bot


class SosikError(Exception):
    """The base of all errors that we raise on purpose.

    Attributes:
        key: the sentence in `core/wording.py`.
        values: what the sentence names; strings, numbers, datetimes.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        named = " ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.key} {named}".rstrip()


class UserMistake(SosikError):
    """The user can mend it: show the sentence to that user alone."""


class TryLater(SosikError):
    """It may work later: put it back into its queue."""

    def __init__(
        self, key: str, *, after_seconds: float | None = None, reach: Reach = Reach.ITEM, **values: object
    ) -> None:
        super().__init__(key, **values)
        self.after_seconds = after_seconds
        self.reach = reach


class GiveUp(SosikError):
    """It will never work like this: store the reason, go on with the rest."""

    def __init__(self, key: str, *, reach: Reach = Reach.ITEM, **values: object) -> None:
        super().__init__(key, **values)
        self.reach = reach


class InDoubt(SosikError):
    """It may have happened: look before doing it again."""
