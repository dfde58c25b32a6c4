"""Web addresses: which ones we are willing to ask, and how they are shown.

The rules decide on values only. `adapters/address_guard.py` asks them again for the number that is really connected to.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from yarl import URL

from bot.core.errors import UserMistake

MAX_URL_CHARACTERS = 4096
WEB_PORTS = frozenset({80, 443})

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_MAX_NAME_CHARACTERS = 253  # RFC 1035 §2.3.4, without the final dot
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_QUERY = re.compile(r"([^?#]*)(\?[^#]+)?", re.DOTALL)
_SHOWN_CHARACTERS = 200
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

# https://www.iana.org/assignments/ipv6-unicast-address-assignments: the world's IPv6 addresses are all in here, with
# NAT64's prefix (RFC 6052) as the one exception that reaches IPv4 hosts from a network that has no IPv4 itself.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# What Python's `is_global` calls global in some of its releases although it is not.
_NOT_PUBLIC = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # IETF protocol assignments, Teredo among them
            "2001:db8::/32",  # documentation, as the next one
            "3fff::/20",
        ),
    )
)
_NOT_PUBLIC_V4 = tuple(
    map(
        IPv4Network,
        (
            "192.0.0.0/24",  # IETF protocol assignments
            "192.88.99.0/24",  # 6to4 relays
        ),
    )
)


@dataclass(frozen=True, slots=True)
class AddressRules:
    """Which addresses may be asked: public ones on 80 and 443, and what the operator adds.

    Attributes:
        networks: the operator's own (`SOSIK_ALLOWED_NETWORKS`); asked without gap and hourly cap.
        ports: besides 80 and 443 (`SOSIK_ALLOWED_PORTS`).
    """

    networks: Sequence[Network] = ()
    ports: Container[int] = frozenset()

    def permits(self, address: Address) -> bool:
        """Whether a connection to this number may be made."""
        return self.owns(address) or is_public(address)

    def owns(self, address: Address) -> bool:
        """Whether the number lies in the operator's own networks."""
        inner = _unmapped(address)
        return any(inner.version == network.version and inner in network for network in self.networks)

    def permits_port(self, port: int) -> bool:
        """Whether this port may be connected to."""
        return port in WEB_PORTS or (port != 0 and port in self.ports)

    def read(self, text: str) -> URL:
        """The address in the form in which it is asked: IDNA host, quoted path, no fragment.

        Raises:
            UserMistake: it is no web address, or one that we never ask.
        """
        url = _parsed(text.strip())
        if url.scheme not in {"http", "https"}:
            raise UserMistake("fetch.scheme")
        if url.raw_user is not None or url.raw_password is not None:
            raise UserMistake("fetch.userinfo")
        host = url.raw_host or ""
        number = literal(host)
        if number is None and not _is_name(host):
            raise UserMistake("fetch.bad_url")
        if isinstance(number, IPv4Address) and host not in text:
            raise UserMistake("fetch.bad_url")  # full-width or circled digits
        if number is not None and not self.permits(number):
            raise UserMistake("fetch.private_address")
        if not self.permits_port(url.port or 0):
            raise UserMistake("fetch.port", port=url.port)
        if url.explicit_port is not None and url.is_default_port():
            url = url.with_port(None)  # so that one site has one origin
        return url.with_fragment(None)


def is_public(address: Address) -> bool:
    """Whether the number belongs to the public internet, also through any number that it carries inside.

    `ipaddress.is_global` alone calls `::127.0.0.1`, `2002:7f00:1::` and `224.0.0.1` global (facts/ingestion.md §1.3).
    """
    if isinstance(address, IPv4Address):
        return (
            address.is_global
            and not address.is_multicast
            and not address.is_reserved
            and not any(address in network for network in _NOT_PUBLIC_V4)
        )
    if address.scope_id is not None:
        return False
    inner = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        inner = IPv4Address(address.packed[-4:])
    if inner is not None:
        return is_public(inner)
    return address in _GLOBAL_UNICAST and address.is_global and not any(address in network for network in _NOT_PUBLIC)


@lru_cache(maxsize=4096)
def literal(host: str) -> Address | None:
    """The number that a host is written as, in its one canonical form; None for a name.

    Raises:
        UserMistake: a number in another form (`127.1`, `0x7f.1`, `2130706433`), which resolvers read in their own ways.
    """
    if ":" in host:
        try:
            return IPv6Address(host)
        except AddressValueError:
            raise UserMistake("fetch.bad_url") from None
    labels = host.rstrip(".").split(".")
    if not _NUMBER.fullmatch(labels[-1]):
        return None
    try:
        return IPv4Address(host)
    except AddressValueError:
        raise UserMistake("fetch.bad_url") from None


def masked_url(url: str) -> str:
    """The address for logs and chat: user, password and query may be secrets, the rest tells which address it is."""
    address, query = _QUERY.match(_UNSAFE.sub("", url.strip())).groups()  # type: ignore[union-attr]  # matches any text
    scheme, slashes, rest = address.rpartition("://")
    authority, slash, path = rest.partition("/")
    shown = f"{scheme}{slashes}{authority.rpartition('@')[2]}{slash}{path}" + ("?…" if query else "")
    return shown if len(shown) <= _SHOWN_CHARACTERS else shown[: _SHOWN_CHARACTERS - 1] + "…"


def address_of(number: str) -> Address:
    """The address that a resolver or a socket wrote, without its IPv6 zone.

    Raises:
        ValueError: it is none.
    """
    return ip_address(number.partition("%")[0])


def _parsed(text: str) -> URL:
    if not text or len(text) > MAX_URL_CHARACTERS or _UNSAFE.search(text) or "\\" in text.partition("?")[0]:
        raise UserMistake("fetch.bad_url")
    authority = text.partition("//")[2].partition("/")[0]
    if "[" in authority and ":" not in authority.partition("[")[2].partition("]")[0]:
        raise UserMistake("fetch.bad_url")  # [v1.x]: an IPvFuture that parsers read as the name v1.x
    try:
        return URL(text)
    except ValueError:
        raise UserMistake("fetch.bad_url") from None


def _is_name(host: str) -> bool:
    return len(host.rstrip(".")) <= _MAX_NAME_CHARACTERS and _NAME.fullmatch(host) is not None


def _unmapped(address: Address) -> Address:
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
