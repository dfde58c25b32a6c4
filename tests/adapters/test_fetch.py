import asyncio
import gzip
import shutil
import ssl
import tracemalloc
import zlib
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.fetch import MAX_RETRY_AFTER_SECONDS, Fetcher, retry_after_seconds
from bot.adapters.manners import Manners
from bot.core.errors import GiveUp, SosikError, TryLater, UserMistake
from bot.core.wording import languages, say
from bot.sources.exchange import Request
from tests.fakes.site import Site, drip, endless, in_order, raw, redirect, reply, reset, silent

LOOPBACK = [ip_network("127.0.0.0/8")]
PORTS = range(1024, 65536)
MIB = 1024 * 1024
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def a_fetcher(**settings) -> Fetcher:
    return Fetcher(
        **{
            "user_agent": "sosik/0 (+https://sosik.example)",
            "allowed_networks": LOOPBACK,
            "allowed_ports": PORTS,
            "now": lambda: NOW,
            "total_seconds": 5.0,
            **settings,
        }
    )


@asynccontextmanager
async def site_and_fetcher(pages, **settings):
    async with Site(pages=pages) as site, a_fetcher(**settings) as fetcher:
        yield site, fetcher


async def nobody(host):
    raise OSError("no such name")


async def refusal(fetcher, url, **request) -> SosikError:
    with pytest.raises(SosikError) as caught:
        await fetcher.get(Request(url, **request))
    for language in languages():
        assert say(caught.value.key, language, **caught.value.values)
    return caught.value


# What comes back


async def test_a_feed_comes_back_with_all_that_its_headers_tell():
    headers = {
        "Content-Type": 'Application/RSS+xml; Charset="EUC-KR"',
        "ETag": 'W/"a\'b,c"',
        "Last-Modified": "Thu, 21 Mar 2024 00:12:00 GMT",
        "Cache-Control": "public, max-age=300",
    }
    async with site_and_fetcher({"/feed": reply("소식".encode("cp949"), headers=headers)}) as (site, fetcher):
        answer = await fetcher.get(Request(site.url("/feed")))

    assert (answer.status, answer.body, answer.url) == (200, "소식".encode("cp949"), site.url("/feed"))
    assert (answer.content_type, answer.charset) == ("application/rss+xml", "euc-kr")
    assert (answer.etag, answer.last_modified) == ('W/"a\'b,c"', "Thu, 21 Mar 2024 00:12:00 GMT")
    assert (answer.max_age_seconds, answer.moved_to) == (300.0, None)


async def test_validators_go_back_byte_by_byte_and_a_304_has_no_body():
    headers = {"ETag": '"x-1"', "Cache-Control": "no-cache"}
    async with site_and_fetcher({"/feed": reply(b"<rss/>", headers=headers)}) as (site, fetcher):
        answer = await fetcher.get(Request(site.url("/feed"), etag='"x-1"', last_modified="Thu, 1 Jan"))

    assert (answer.status, answer.body, answer.etag, answer.max_age_seconds) == (304, b"", '"x-1"', None)
    assert site.seen[0].headers["if-none-match"] == '"x-1"'
    assert site.seen[0].headers["if-modified-since"] == "Thu, 1 Jan"


async def test_a_304_that_nobody_asked_for_is_an_error():
    async with site_and_fetcher({"/feed": reply(status=304)}) as (site, fetcher):
        assert (await refusal(fetcher, site.url("/feed"))).values["status"] == 304


async def test_validators_that_could_not_be_sent_back_are_dropped():
    answer_head = b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: "\xb0\xa1"\r\nLast-Modified: ' + b"1" * 2000
    async with site_and_fetcher({"/feed": raw(answer_head + b"\r\n\r\n")}) as (site, fetcher):
        answer = await fetcher.get(Request(site.url("/feed")))

    assert (answer.etag, answer.last_modified) == (None, None)


async def test_we_say_who_we_are_and_take_only_gzip():
    async with site_and_fetcher({"/feed": reply(b"")}) as (site, fetcher):
        await fetcher.get(Request(site.url("/feed"), headers={"X-Naver-Client-Id": "id"}))

    told = site.seen[0].headers
    assert told["user-agent"] == "sosik/0 (+https://sosik.example)"
    assert told["accept-encoding"] == "gzip"
    assert told["x-naver-client-id"] == "id"
    assert "cookie" not in told


async def test_no_cookie_comes_back_to_a_site_that_set_one():
    async with site_and_fetcher({"/feed": reply(b"", headers={"Set-Cookie": "a=b"})}) as (site, fetcher):
        await fetcher.get(Request(site.url("/feed")))
        await fetcher.get(Request(site.url("/feed")))

    assert "cookie" not in site.seen[1].headers


async def test_a_proxy_in_the_environment_is_not_asked(monkeypatch):
    async with Site() as proxy, site_and_fetcher({"/feed": reply(b"")}) as (site, fetcher):
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        await fetcher.get(Request(site.url("/feed")))

    assert proxy.connections == 0


async def test_a_fetcher_that_was_not_opened_says_so():
    with pytest.raises(RuntimeError, match="async with"):
        await a_fetcher().get(Request("http://127.0.0.1:8000/"))


# Bodies


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(b"news " * 1000),
        gzip.compress(b"news " * 400) + gzip.compress(b"news " * 600),
        gzip.compress(b"news " * 1000) + b"trailing rubbish",
        zlib.compress(b"news " * 1000),
    ],
    ids=["one", "two", "rubbish behind", "zlib"],  # gzip carries the time: two workers would collect different tests
)
async def test_gzip_is_unpacked_whatever_its_members(packed):
    async with site_and_fetcher({"/": reply(packed, headers={"Content-Encoding": "gzip"})}) as (site, fetcher):
        assert (await fetcher.get(Request(site.url()))).body == b"news " * 1000


async def test_an_empty_body_may_be_called_gzip():
    async with site_and_fetcher({"/": reply(b"", headers={"Content-Encoding": "x-gzip"})}) as (site, fetcher):
        assert (await fetcher.get(Request(site.url()))).body == b""


async def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not():
    pages = {
        "/plain": reply(b"x" * 5000),
        "/gzip": reply(gzip.compress(b"x" * 5000), headers={"Content-Encoding": "gzip"}),
    }
    async with site_and_fetcher(pages) as (site, fetcher):
        for path in pages:
            assert len((await fetcher.get(Request(site.url(path), max_bytes=5000))).body) == 5000
            assert (await refusal(fetcher, site.url(path), max_bytes=4999)).key == "fetch.too_large"


def bomb(mebibytes: int, *, layers: int = 1) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(bytes(MIB)) for _ in range(mebibytes)) + packer.flush()
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return packed


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
HOSTILE_BODIES = {
    "a gzip bomb": (reply(bomb(100), headers={"Content-Encoding": "gzip"}), "fetch.too_large"),
    "a gzip of a gzip": (reply(bomb(100, layers=2), headers={"Content-Encoding": "gzip, gzip"}), "fetch.encoding"),
    "brotli": (reply(b"\x1b\x00", headers={"Content-Encoding": "br"}), "fetch.encoding"),
    "zstd": (reply(b"\x28\xb5\x2f\xfd", headers={"Content-Encoding": "zstd"}), "fetch.encoding"),
    "bad gzip": (reply(b"not gzip at all", headers={"Content-Encoding": "gzip"}), "fetch.broken"),
    "half a gzip": (
        reply(gzip.compress(b"news" * 1000)[:-20], headers={"Content-Encoding": "gzip"}),
        "fetch.broken",
    ),
    "a gzip of endless empty members": (
        endless(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"3e80\r\n" + gzip.compress(b"") * 800 + b"\r\n",
        ),
        "fetch.broken",
    ),
    "endless rubbish after a gzip": (
        endless(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1099511627776\r\n\r\n" + gzip.compress(b"x"),
            b"rubbish" * 5000,
        ),
        "fetch.too_large",
    ),
    "an endless body": (endless(CHUNKED, b"10000\r\n" + b"x" * 0x10000 + b"\r\n"), "fetch.too_large"),
    "a body of a named terabyte": (endless(b"HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n", b"x" * 65536),
                                   "fetch.too_large"),
    "a short body": (reply(b"half", length=8), "fetch.broken"),
    "a body that resets": (raw(CHUNKED + b"5\r\nab"), "fetch.broken"),
    "no status line": (raw(b"hello\r\n\r\n"), "fetch.broken"),
    "three megabytes of headers": (
        raw(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 3 * MIB + b"\r\n\r\n"),
        "fetch.broken",
    ),
    "fifty thousand headers": (
        raw(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(50_000)) + b"\r\n"),
        "fetch.broken",
    ),
    "a broken connection": (reset(), "fetch.unreachable"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_BODIES)
async def test_a_hostile_answer_is_refused_within_the_memory_of_a_large_feed(name):
    answering, key = HOSTILE_BODIES[name]
    async with site_and_fetcher({"/": answering}) as (site, fetcher):
        tracemalloc.start()
        try:
            error = await refusal(fetcher, site.url())
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert error.key == key
    assert peak < 16 * MIB  # facts/security.md §2; the site's own buffers are counted too


_HEADS = [
    b"Content-Length: -1", b"Content-Length: 9999999999999999999999", b"Content-Length: 5, 6", b"Content-Length: x",
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Content-Encoding: gzip",
    b"Set-Cookie: \xff=;;=", b"Location: http://[::1", b"Location: \xff\xfe", b"Retry-After: 1e9", b"X: \x00", b": x",
    b"Connection: upgrade", b"\xb0\xa1: x", b"Content-Type: text/html; charset=" + b"a" * 500,
    b"Cache-Control: max-age=-1, max-age=99999999999999999999",
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([b"200", b"301", b"302", b"304", b"099", b"1000", b"200 ", b"-1", b"100", b"101"]),
    st.lists(st.sampled_from(_HEADS) | st.binary(max_size=30), max_size=5),
    st.binary(max_size=60) | st.sampled_from([b"5\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffff\r\nx", b"-1\r\n"]),
)
async def test_whatever_bytes_a_server_sends_we_answer_or_raise_one_of_our_errors(status, heads, body):
    answer = b"HTTP/1.1 " + status + b" Said\r\n" + b"".join(head + b"\r\n" for head in heads) + b"\r\n" + body
    async with site_and_fetcher({"/": raw(answer)}, total_seconds=0.3, resolver=nobody) as (site, fetcher):
        try:
            came = await fetcher.get(Request(site.url(), etag='"1"'))
        except SosikError as error:
            came = error
    assert came is not None


@pytest.mark.parametrize(
    "answering",
    [
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", seconds=0.05),
        drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100000\r\n\r\n" + bomb(1)[:20], b"\x00"),
        silent(),
    ],
    ids=["body", "head", "hints", "gzip", "nothing"],
)
async def test_what_drips_is_cut_by_the_deadline(answering):
    async with site_and_fetcher({"/": answering}, total_seconds=0.2) as (site, fetcher):
        assert (await refusal(fetcher, site.url())).key in {"fetch.timeout", "fetch.broken"}
        assert (await refusal(fetcher, site.url("/none"))).values["status"] == 404


async def test_redirects_share_one_deadline():
    async with site_and_fetcher({"/": drip(b"HTTP/1.1 302 Found\r\n", b"")}, total_seconds=0.2) as (site, fetcher):
        hops = {f"/{n}": redirect(f"/{n + 1}") for n in range(4)}
        site.pages.update(hops | {"/4": silent()})
        assert (await refusal(fetcher, site.url("/0"))).key == "fetch.timeout"


# Statuses


@pytest.mark.parametrize("status", [204, 206, 300, 400, 401, 403, 404, 429, 500, 503])
async def test_any_other_status_is_told_by_its_number(status):
    async with site_and_fetcher({"/": reply(status=status)}) as (site, fetcher):
        error = await refusal(fetcher, site.url())

    assert isinstance(error, TryLater)
    assert (error.key, error.values["status"], error.after_seconds) == ("fetch.status", status, None)
    assert say(error.key, **error.values) == f"읽지 못했어요 (HTTP {status})"


async def test_a_410_is_the_end():
    async with site_and_fetcher({"/": reply(status=410)}) as (site, fetcher):
        error = await refusal(fetcher, site.url())

    assert isinstance(error, GiveUp)
    assert error.key == "fetch.gone"


async def test_a_server_that_names_a_wait_is_given_it():
    later = format_datetime(NOW + timedelta(minutes=5), usegmt=True)
    pages = {
        "/seconds": reply(status=429, headers={"Retry-After": "120"}),
        "/date": reply(status=503, headers={"Retry-After": later}),
    }
    async with site_and_fetcher(pages) as (site, fetcher):
        assert (await refusal(fetcher, site.url("/seconds"))).after_seconds == 120.0
        assert (await refusal(fetcher, site.url("/date"))).after_seconds == 300.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("9" * 5000, MAX_RETRY_AFTER_SECONDS),
        ("Fri, 02 Jan 2026 03:04:05 GMT", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Fri, 02 Jan 2026 03:05:05", 60.0),
        ("Fri, 31 Dec 9999 23:59:59 -2300", MAX_RETRY_AFTER_SECONDS),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
        ("Fri, 02 Jan 99999 03:04:05 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(text, seconds):
    assert retry_after_seconds(text, now=NOW) == seconds


@settings(deadline=None)  # no timed tests
@given(st.text(max_size=60))
def test_no_retry_after_is_more_than_a_day_or_less_than_nothing(text):
    seconds = retry_after_seconds(text, now=NOW)
    assert seconds is None or 0.0 <= seconds <= MAX_RETRY_AFTER_SECONDS


# Redirects


@pytest.mark.parametrize(
    ("statuses", "moved"), [([301], True), ([308, 301], True), ([301, 302], False), ([307], False), ([303], False)]
)
async def test_an_address_has_moved_only_when_every_hop_says_for_good(statuses, moved):
    pages = {f"/{n}": redirect(f"/{n + 1}", status=status) for n, status in enumerate(statuses)}
    pages[f"/{len(statuses)}"] = reply(b"here")
    async with site_and_fetcher(pages) as (site, fetcher):
        answer = await fetcher.get(Request(site.url("/0")))

    end = site.url(f"/{len(statuses)}")
    assert (answer.body, answer.url, answer.moved_to) == (b"here", end, end if moved else None)


async def test_five_redirects_are_followed_and_a_sixth_is_not():
    pages = {f"/{n}": redirect(f"/{n + 1}") for n in range(6)}
    async with site_and_fetcher(pages | {"/6": reply(b"far")}) as (site, fetcher):
        assert (await fetcher.get(Request(site.url("/1")))).body == b"far"
        assert (await refusal(fetcher, site.url("/0"))).key == "fetch.redirects"


async def test_a_redirect_loop_ends():
    async with site_and_fetcher({"/": redirect("/")}) as (site, fetcher):
        assert (await refusal(fetcher, site.url())).key == "fetch.redirects"
        assert len(site.seen) == 6


@pytest.mark.parametrize(
    ("location", "key"),
    [
        ("file:///etc/passwd", "fetch.scheme"),
        ("javascript:alert(1)", "fetch.scheme"),
        ("http://10.0.0.1/", "fetch.private_address"),
        ("//169.254.169.254/latest", "fetch.private_address"),
        ("http://user:pass@127.0.0.1/", "fetch.userinfo"),
        ("http://2130706433/", "fetch.bad_url"),
        ("http://127.0.0.1:22/", "fetch.port"),
        ("http://[/", "fetch.broken"),
        ("", "fetch.broken"),
    ],
)
async def test_a_redirect_is_checked_as_if_a_person_had_named_it(location, key):
    async with site_and_fetcher({"/": redirect(location)}) as (site, fetcher):
        assert (await refusal(fetcher, site.url())).key == key
        assert len(site.seen) == 1


async def test_a_redirect_in_raw_korean_bytes_keeps_them():
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /view?q="
    pages = {
        "/": raw(head + "뉴스".encode("cp949") + b"\r\n\r\n"),
        "/view?q=%B4%BA%BD%BA": reply(b"found"),
    }
    async with site_and_fetcher(pages) as (site, fetcher):
        assert (await fetcher.get(Request(site.url()))).body == b"found"


async def test_keys_in_headers_are_not_carried_to_another_site():
    async with Site(pages={"/": reply(b"")}) as other, site_and_fetcher({}) as (site, fetcher):
        site.pages["/"] = redirect(other.url("/"))
        await fetcher.get(Request(site.url(), headers={"X-Naver-Client-Secret": "s"}))

        assert site.seen[0].headers["x-naver-client-secret"] == "s"
        assert "x-naver-client-secret" not in other.seen[0].headers


# Connections


async def test_a_port_where_nobody_listens_is_no_connection():
    async with Site() as site:
        url = site.url()
    async with a_fetcher() as fetcher:
        error = await refusal(fetcher, url)

    assert (error.key, error.values["host"]) == ("fetch.unreachable", "127.0.0.1")


async def test_a_name_without_an_answer_is_told_as_such():
    async with a_fetcher(resolver=nobody) as fetcher:
        assert (await refusal(fetcher, "http://nowhere.example/")).key == "fetch.no_such_name"


async def test_a_name_server_that_never_answers_is_cut_by_the_deadline():
    async def forever(host):
        await asyncio.Event().wait()

    async with a_fetcher(resolver=forever, total_seconds=0.1) as fetcher:
        assert (await refusal(fetcher, "http://slow.example/")).key == "fetch.timeout"


async def test_a_server_that_speaks_no_tls_is_told_as_such():
    async def plainly(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plainly, "127.0.0.1", 0)
    async with server, a_fetcher() as fetcher:
        error = await refusal(fetcher, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

    assert error.key == "fetch.tls"


async def make_certificate(folder, name: str) -> tuple[Path, Path]:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    making = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"),
        *(
            "-subj",
            f"/CN={name}",
            "-addext",
            f"subjectAltName=DNS:{name}",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await making.wait() == 0
    return key, certificate


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate for this test")
async def test_only_a_certificate_that_is_trusted_and_bears_the_name_is_accepted(tmp_path, monkeypatch):
    key, certificate = await make_certificate(tmp_path, "news.example")
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(certificate, key)

    async def home(host):
        return ["127.0.0.1"]

    async with Site(secure=secure, pages={"/": reply(b"safe")}) as site:
        async with a_fetcher(resolver=home) as fetcher:
            assert (await refusal(fetcher, f"https://news.example:{site.port}/")).key == "fetch.tls"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with a_fetcher(resolver=home) as fetcher:
            assert (await fetcher.get(Request(f"https://news.example:{site.port}/"))).body == b"safe"
            assert (await refusal(fetcher, f"https://other.example:{site.port}/")).key == "fetch.tls"


async def test_connections_are_used_again():
    async with site_and_fetcher({"/": reply(b"x", headers={"ETag": '"1"'})}) as (site, fetcher):
        for etag in (None, '"1"', None):
            await fetcher.get(Request(site.url(), etag=etag))

    assert site.connections == 1


async def test_a_connection_that_went_stale_is_opened_anew():
    async with site_and_fetcher({"/": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")}) as (site, fetcher):
        for _ in range(3):
            assert (await fetcher.get(Request(site.url()))).body == b"x"


async def test_after_hundreds_of_cancelled_requests_every_healthy_one_succeeds():
    pages = {"/hang": silent(), "/drip": drip(CHUNKED, b"1\r\nx\r\n"), "/": reply(b"fine")}
    async with site_and_fetcher(pages) as (site, fetcher):
        for round_number in range(6):
            path = "/hang" if round_number % 2 else "/drip"
            tasks = [asyncio.create_task(fetcher.get(Request(site.url(path)))) for _ in range(100)]
            before = len(site.seen)
            await site.has_seen(before + 60)
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ended)
        answers = await asyncio.gather(*(fetcher.get(Request(site.url())) for _ in range(100)))

    assert {answer.body for answer in answers} == {b"fine"}


async def test_never_more_than_64_requests_are_under_way():
    gate = asyncio.Event()

    async def wait(seen, writer):
        await gate.wait()
        await reply(b"x")(seen, writer)

    async with site_and_fetcher({"/": wait}) as (site, fetcher):
        tasks = [asyncio.create_task(fetcher.get(Request(site.url()))) for _ in range(100)]
        await site.has_seen(64)
        for _ in range(200):
            await asyncio.sleep(0)
        assert site.busiest == 64
        gate.set()
        await asyncio.gather(*tasks)

    assert site.busiest == 64


async def test_pages_that_hang_leave_room_for_polls():
    pages = {"/page": silent(), "/feed": reply(b"x")}
    async with site_and_fetcher(pages) as (site, fetcher):
        tasks = [asyncio.create_task(fetcher.get(Request(site.url("/page"), page=True))) for _ in range(100)]
        await site.has_seen(1 + 48)
        assert (await fetcher.get(Request(site.url("/feed")))).body == b"x"
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert site.paths().count("/page") == 48


# Manners and robots.txt


async def test_the_operators_own_host_knows_no_gap_and_no_cap():
    strict = Manners(clock=lambda: 0.0, gap_seconds=1e6, pages_an_hour=1)
    async with site_and_fetcher({"/": reply(b"x")}, manners=strict) as (site, fetcher):
        for _ in range(5):
            assert (await fetcher.get(Request(site.url(), page=True))).body == b"x"


async def test_a_public_host_is_asked_politely():
    manners = Manners(clock=lambda: 0.0, gap_seconds=0.0, pages_an_hour=2, spare_own=False)
    async with site_and_fetcher({"/": reply(b"x")}, manners=manners) as (site, fetcher):
        await asyncio.gather(*(fetcher.get(Request(site.url())) for _ in range(10)))
        assert site.busiest <= 2
        for _ in range(2):
            await fetcher.get(Request(site.url(), page=True))
        error = await refusal(fetcher, site.url(), page=True)

    assert isinstance(error, TryLater)
    assert (error.key, error.after_seconds) == ("fetch.page_quota", 3600.0)


async def test_robots_txt_is_asked_once_for_pages_and_never_for_feeds():
    rules = b"User-agent: sosik\nDisallow: /closed\n"
    pages = {"/robots.txt": reply(rules), "/open": reply(b"x"), "/closed": reply(b"x")}
    async with site_and_fetcher(pages) as (site, fetcher):
        await fetcher.get(Request(site.url("/closed")))
        assert "/robots.txt" not in site.paths()
        await fetcher.get(Request(site.url("/open"), page=True))
        error = await refusal(fetcher, site.url("/closed"), page=True)
        await fetcher.get(Request(site.url("/open"), page=True))

    assert isinstance(error, GiveUp)
    assert error.key == "fetch.robots"
    assert site.paths() == ["/closed", "/robots.txt", "/open", "/open"]


async def test_a_page_that_redirects_onto_a_closed_path_is_not_fetched():
    pages = {"/robots.txt": reply(b"User-agent: *\nDisallow: /closed\n"), "/": redirect("/closed")}
    async with site_and_fetcher(pages) as (site, fetcher):
        assert (await refusal(fetcher, site.url(), page=True)).key == "fetch.robots"

    assert "/closed" not in site.paths()


@pytest.mark.parametrize(
    ("robots", "outcome"),
    [
        (reply(status=404), None),
        (reply(status=403), None),
        (redirect("/robots.txt"), None),
        (redirect("http://10.0.0.1/login"), None),
        (reply(b""), None),
        (in_order(redirect("/r"), reply(status=404)), None),
        (reply(status=429), "fetch.robots_unknown"),
        (reply(status=500), "fetch.robots_unknown"),
        (reset(), "fetch.robots_unknown"),
        (silent(), "fetch.robots_unknown"),
        (reply(b"User-agent: *\nDisallow: /\n" + b"#" * 600 * 1024), "fetch.robots"),
        (reply(bomb(10), headers={"Content-Encoding": "gzip"}), None),
        (
            reply(gzip.compress(b"User-agent: *\nDisallow: /\n" + b"#" * MIB), headers={"Content-Encoding": "gzip"}),
            "fetch.robots",
        ),
    ],
    ids=["404", "403", "loop", "away", "empty", "moved", "429", "500", "reset", "silent", "long", "bomb", "long gzip"],
)
async def test_what_a_missing_robots_txt_means_is_what_the_rfc_says(robots, outcome):
    pages = {"/robots.txt": robots, "/": reply(b"x")}
    async with site_and_fetcher(pages, total_seconds=0.5) as (site, fetcher):
        if outcome is None:
            assert (await fetcher.get(Request(site.url(), page=True))).body == b"x"
        else:
            assert (await refusal(fetcher, site.url(), page=True)).key == outcome


async def test_a_mistake_in_the_address_is_told_before_anything_is_asked():
    async with site_and_fetcher({}) as (site, fetcher):
        error = await refusal(fetcher, f"http://user@127.0.0.1:{site.port}/")

    assert isinstance(error, UserMistake)
    assert site.connections == 0
