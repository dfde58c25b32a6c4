"""A Slack, and the running app connected to it."""

from collections.abc import AsyncIterator

import pytest

from handlers.slack_app import SlackApp
from tests.fakes.slack import FakeSlack
from tests.handlers.slack_app.support import Layer, Noted, Shows, app_for


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack().serving() as fake:
        fake.room("C1", ["U1", "UADMIN", "UGUEST"])
        fake.person("U1")
        fake.person("UADMIN", admin=True)
        fake.person("UGUEST", guest=True)
        yield fake


@pytest.fixture
def layer() -> Layer:
    return Layer()


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def shows() -> Shows:
    return Shows()


@pytest.fixture
async def app(slack: FakeSlack, layer: Layer, noted: Noted, shows: Shows) -> AsyncIterator[SlackApp]:
    app = app_for(slack, layer, events=noted, surfaces=shows)
    await app.start()
    await slack.connected(2)
    yield app
    await app.stop()
