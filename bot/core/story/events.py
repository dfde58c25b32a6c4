"""stub."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    probability: float
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EventModel:
    threshold: float = 2.0

    def weigh(self, one, other):
        return Evidence(0.0, ())


def read_model(raw):
    return EventModel()


def title_features(article):
    return ()


EventModel.silent = classmethod(lambda cls: cls())
