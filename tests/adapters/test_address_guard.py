import asyncio
import itertools
import socket
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.address_guard import AddressGuard, AddressRefused
from bot.adapters.fetch import Fetcher
from bot.core.addresses import AddressRules, is_public
from bot.core.errors import TryLater, UserMistake
from bot.sources.exchange import Request
from tests.fakes.site import Site, redirect, reply

PUBLIC = "93.184.215.14"  # never connected to: see `nothing_leaves`
LOOPBACK = [ip_network("127.0.0.0/8")]
PORTS = range(1024, 65536)

# `{port}` is that of a canary on loopback, which must not hear a thing.
LITERALS = [
    "http://127.0.0.1:{port}/",
    "http://127.0.0.2:{port}/",
    "http://127.255.255.254:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.1:{port}/",
    "http://0X7F.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0177.0.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://127.000.000.001:{port}/",
    "http://127.0.0.0x1:{port}/",
    "http://4294967295:{port}/",
    "http://99999999999:{port}/",
    "http://127.0.0.256:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://127。0。0。1:{port}/",
    "http://１２７.０.０.１:{port}/",
    "http://127.0.0.1%00.example:{port}/",
    "http://[::1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b::10.0.0.1]:{port}/",
    "http://[64:ff9b:1::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2002:a00:1::]:{port}/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:{port}/",
    "http://[::1%25lo]:{port}/",
    "http://[fe80::1%25eth0]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://[fec0::1]:{port}/",
    "http://[fc00::1]:{port}/",
    "http://[fd00:ec2::254]:{port}/",
    "http://[ff02::1]:{port}/",
    "http://[2001:db8::1]:{port}/",
    "http://[3fff::1]:{port}/",
    "http://[100::1]:{port}/",
    "http://[v1.127]:{port}/",
    "http://[127.0.0.1]:{port}/",
    "http://10.0.0.1:{port}/",
    "http://172.16.0.1:{port}/",
    "http://172.31.255.254:{port}/",
    "http://192.168.0.1:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://192.0.0.8/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://user@127.0.0.1:{port}/",
    "http://user:password@news.example:{port}/",
    "http://@127.0.0.1:{port}/",
    "http://news.example@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@news.example/",
    "http://news.example\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@news.example/",
    "http://news.example:22/",
    "http://news.example:0/",
    "http://news.example:99999/",
    "http:///etc/passwd",
    "http:127.0.0.1:{port}",
    "//127.0.0.1:{port}/",
    "file:///etc/passwd",
    "ftp://news.example/",
    "gopher://127.0.0.1:{port}/_x",
    "unix:/var/run/docker.sock",
    "javascript:alert(1)",
    "data:text/html,x",
    "HTTP://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\r\nX-A: b/",
    "http://127.0.0.1:{port}\t/",
    "ht\ntp://127.0.0.1:{port}/",
    "http://news.example/\x00",
    "http://-news.example/",
    "http://news..example/",
    "http://.example/",
    "http://news example/",
    "http://news.example%2f@127.0.0.1:{port}/",
    "http://" + "a" * 300 + ".example/",
    "http://news.example/" + "a" * 5000,
    "",
    "   ",
    "뉴스",
]

NAMES = {
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "loopback.example": ["127.0.0.1"],
    "loopback6.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "both.example": [PUBLIC, "127.0.0.1"],
    "both6.example": ["::1", PUBLIC],
    "cloud.example": ["169.254.169.254"],
    "intranet.example": ["10.1.2.3"],
    "scoped.example": ["fe80::1%1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "nothing.example": [],
}


@pytest.fixture(autouse=True)
def nothing_leaves(monkeypatch):
    """Connections to anything but loopback fail before a packet is sent, and are told."""
    tried: list[object] = []
    connect = socket.socket.connect

    def loopback_only(self, address):
        if not ip_address(str(address[0]).partition("%")[0]).is_loopback:
            tried.append(address)
            raise OSError("a test tried to leave")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", loopback_only)
    return tried


async def lookup(host: str) -> Sequence[str]:
    """Knows `NAMES`, and reads old-fashioned numbers as a system's resolver does."""
    if host in NAMES:
        return NAMES[host]
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except OSError:
        return [PUBLIC]


def a_fetcher(**settings) -> Fetcher:
    return Fetcher(**{"user_agent": "sosik", "allowed_ports": PORTS, "resolver": lookup, **settings})


@pytest.mark.parametrize("url", [*LITERALS, *(f"http://{name}:{{port}}/" for name in NAMES)])
async def test_a_hostile_address_reaches_nobody(url, nothing_leaves):
    async with Site() as canary, a_fetcher() as fetcher:
        with pytest.raises((UserMistake, TryLater)) as caught:
            await fetcher.get(Request(url.replace("{port}", str(canary.port))))

    assert canary.connections == 0
    assert nothing_leaves == []
    assert isinstance(caught.value, UserMistake) or "nothing.example" in url


@pytest.mark.parametrize("name", ["127.0.0.1", "loopback.example", "localhost", "mapped.example"])
async def test_the_operators_own_network_can_be_reached_by_number_and_by_name(name):
    async with Site(pages={"/": reply(b"x")}) as site, a_fetcher(allowed_networks=LOOPBACK) as fetcher:
        if name == "mapped.example":
            with pytest.raises(TryLater, match="unreachable"):  # the site listens on IPv4 only
                await fetcher.get(Request(f"http://{name}:{site.port}/"))
        else:
            assert (await fetcher.get(Request(f"http://{name}:{site.port}/"))).body == b"x"


async def test_a_public_name_would_be_connected_to(nothing_leaves):
    async with a_fetcher() as fetcher:
        with pytest.raises(TryLater, match="unreachable"):
            await fetcher.get(Request("http://news.example/"))

    assert nothing_leaves == [(PUBLIC, 80)]


async def test_a_redirect_to_an_internal_name_reaches_nobody(nothing_leaves):
    async with Site() as canary, Site(host="127.0.0.2") as site:
        site.pages["/"] = redirect(f"http://loopback.example:{canary.port}/")
        only_site = [ip_network("127.0.0.2/32")]
        async with a_fetcher(allowed_networks=only_site) as fetcher:
            with pytest.raises(UserMistake, match=r"fetch\.private_address"):
                await fetcher.get(Request(site.url()))

    assert (len(site.seen), canary.connections, nothing_leaves) == (1, 0, [])


async def test_a_name_that_changes_its_answer_between_look_ups_reaches_nobody(nothing_leaves):
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    hours = itertools.count(step=3600.0)

    async def rebind(host):
        return next(answers)

    def clock():  # every look at it is an hour later: nothing is remembered
        return next(hours)

    async with Site() as canary, a_fetcher(resolver=rebind, clock=clock, total_seconds=1e6) as fetcher:
        with pytest.raises(UserMistake, match=r"fetch\.private_address"):
            await fetcher.get(Request(f"http://rebind.example:{canary.port}/"))

    assert (canary.connections, nothing_leaves) == (0, [])


# The guard alone


def a_guard(*, networks=(), ports=PORTS, lookup=lookup, clock=lambda: 0.0) -> AddressGuard:
    return AddressGuard(AddressRules(networks, ports), lookup=lookup, clock=clock)


def attempt(number: str, port: int = 80):
    family = socket.AF_INET6 if ":" in number else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (number, port))


@pytest.mark.parametrize("number", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1%1", "2002:7f00:1::"])
def test_no_socket_is_made_for_a_forbidden_number(number):
    with pytest.raises(AddressRefused, match=r"fetch\.private_address"):
        a_guard().make_socket(attempt(number))


@pytest.mark.parametrize("port", [0, 22, 25])
def test_no_socket_is_made_for_a_forbidden_port(port):
    with pytest.raises(AddressRefused, match=r"fetch\.port"):
        a_guard().make_socket(attempt(PUBLIC, port))


@pytest.mark.parametrize("number", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_socket_for_a_public_number_does_not_block(number):
    with a_guard().make_socket(attempt(number)) as made:
        assert not made.getblocking()


async def test_beside_the_operators_own_number_a_forbidden_one_is_left_out():
    async def local(host):
        return ["::1", "127.0.0.1"]

    place = await a_guard(networks=LOOPBACK, lookup=local).find("localhost")

    assert (place.addresses, place.own) == ((ip_address("127.0.0.1"),), True)


async def test_a_name_with_a_public_number_is_not_the_operators_own():
    async def both(host):
        return [PUBLIC, "127.0.0.1"]

    assert not (await a_guard(networks=LOOPBACK, lookup=both).find("both.example")).own


async def test_a_name_is_looked_up_again_after_half_a_minute():
    now, asked = 0.0, []

    async def count(host):
        asked.append(host)
        return [PUBLIC]

    guard = a_guard(lookup=count, clock=lambda: now)
    for now in (0.0, 29.0, 31.0):  # noqa: B007  # the clock reads it
        await guard.find("news.example")

    assert len(asked) == 2


async def test_many_who_ask_for_one_name_at_once_ask_once_and_who_leaves_does_not_disturb_the_others():
    asked, answer = [], asyncio.Event()

    async def slow(host):
        asked.append(host)
        await answer.wait()
        return [PUBLIC]

    guard = a_guard(lookup=slow)
    tasks = [asyncio.create_task(guard.find("news.example")) for _ in range(20)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.sleep(0)
    answer.set()
    places = await asyncio.gather(*tasks[1:])

    assert asked == ["news.example"]
    assert {place.addresses for place in places} == {(ip_address(PUBLIC),)}


async def test_a_failed_look_up_that_nobody_waits_for_is_no_trouble_and_the_next_one_asks_anew():
    asked = []

    async def fail(host):
        asked.append(host)
        await asyncio.sleep(0)
        raise OSError("no such name")

    guard = a_guard(lookup=fail)
    gone = asyncio.create_task(guard.find("news.example"))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(OSError, match="no such name"):
        await guard.find("news.example")
    with pytest.raises(OSError, match="no such name"):
        await guard.find("news.example")

    assert len(asked) == 2


async def test_only_so_many_names_are_kept():
    asked = []

    async def count(host):
        asked.append(host)
        return [PUBLIC]

    guard = a_guard(lookup=count)
    for number in range(4097):
        await guard.find(f"n{number}.example")
    await guard.find("n4096.example")
    assert len(asked) == 4097
    await guard.find("n0.example")
    assert len(asked) == 4098


async def test_the_systems_own_look_up_is_asked_by_default():
    guard = a_guard(networks=LOOPBACK, lookup=None)
    try:
        assert (await guard.find("localhost")).own
        with pytest.raises(OSError, match="no such name"):
            await guard.find("a" * 64)
    finally:
        await guard.close()


# The rule


@settings(deadline=None)  # no timed tests
@given(st.integers(0, 2**32 - 1))
def test_an_ipv6_spelling_is_never_more_public_than_the_ipv4_number_in_it(value):
    v4 = ip_address(value)
    for prefix in (0xFFFF << 32, 0x64FF9B << 96):
        assert is_public(ip_address(prefix | value)) == is_public(v4)
    assert is_public(ip_address(0x2002 << 112 | value << 80)) == is_public(v4)


@pytest.mark.parametrize(
    "number", ["8.8.8.8", "1.1.1.1", "211.249.220.24", "2001:4860:4860::8888", "64:ff9b::808:808", "2a00:1450::1"]
)
def test_public_numbers_are_public(number):
    assert is_public(ip_address(number))
