"""Every connection is checked on the number that is really used, so no redirect and no second look-up slips past.

A name is looked up once, its whole answer is checked, and the connection is made by the checked numbers.
The socket of each single attempt is made here too, and only after the number and the port were checked again.
(The idea of checking at connect time: miniflux/v2 internal/http/client/client.go.)
"""

import asyncio
import errno
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from bot.core.addresses import Address, AddressRules, address_of, literal

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""From a name to its numbers, IPv4 and IPv6, as strings; raises OSError when there are none."""

_KEPT_SECONDS = 30.0
_KEPT_NAMES = 4096
_LOOKUP_THREADS = 16  # names that never answer block a thread for many seconds; they must not block each other


class AddressRefused(OSError):
    """A number or port that we never connect to. An OSError, because that is what aiohttp lets through."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(errno.EACCES, key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Place:
    """Where a host lives.

    Attributes:
        own: every number lies in the operator's own networks.
    """

    addresses: tuple[Address, ...]
    own: bool


class AddressGuard:
    """Looks names up and makes the sockets of the network client."""

    def __init__(self, rules: AddressRules, *, lookup: Lookup | None, clock: Callable[[], float]) -> None:
        self._rules = rules
        self._threads = ThreadPoolExecutor(_LOOKUP_THREADS, thread_name_prefix="lookup") if lookup is None else None
        self._lookup = lookup or self._ask_system
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, Place]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Place]] = {}

    async def find(self, host: str) -> Place:
        """Where `host` (a name or a canonical number) lives; kept for half a minute.

        Raises:
            AddressRefused: its answer names a number that we never connect to.
            OSError: the name has no answer.
        """
        known = self.recall(host)
        if known is not None:
            return known
        number = literal(host)
        if number is not None:
            return self._keep(host, self._place([number]))
        asking = self._asking.get(host)
        if asking is None:
            asking = self._asking[host] = asyncio.create_task(self._ask(host))
            asking.add_done_callback(partial(self._asked, host))
        return await asyncio.shield(asking)  # who gives up does not take the answer from the others

    def recall(self, host: str) -> Place | None:
        """What `find` found less than half a minute ago."""
        kept = self._known.get(host)
        return kept[1] if kept is not None and kept[0] > self._clock() else None

    def make_socket(self, address_info: AddrInfoType) -> socket.socket:
        """The socket for one attempt to connect (aiohttp's `socket_factory`).

        Raises:
            AddressRefused: not to this number, or not to this port.
        """
        family, kind, protocol, _, sockaddr = address_info
        number, port = sockaddr[0], sockaddr[1]
        if not isinstance(number, str) or not isinstance(port, int) or "%" in number:
            raise AddressRefused("fetch.private_address")
        if not self._rules.permits(address_of(number)):
            raise AddressRefused("fetch.private_address")
        if not self._rules.permits_port(port):
            raise AddressRefused("fetch.port", port=port)
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)  # noqa: FBT003  # the socket's own signature
        return made

    async def close(self) -> None:
        """Let go of the look-up threads; look-ups under way in them end by themselves."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, host: str) -> Place:
        return self._keep(host, self._place([address_of(text) for text in await self._lookup(host)]))

    def _asked(self, host: str, asking: asyncio.Task[Place]) -> None:
        del self._asking[host]
        if not asking.cancelled():
            asking.exception()  # seen, also when everybody who asked has gone

    def _keep(self, host: str, place: Place) -> Place:
        self._known[host] = (self._clock() + _KEPT_SECONDS, place)
        self._known.move_to_end(host)
        if len(self._known) > _KEPT_NAMES:
            self._known.popitem(last=False)
        return place

    def _place(self, addresses: Sequence[Address]) -> Place:
        """One forbidden number beside a public one refuses the name.

        Beside the operator's own numbers it is only left out: `localhost` is `127.0.0.1` and `::1`, and an operator
        who allows the first has not been attacked by the second.
        """
        permitted = tuple(address for address in addresses if self._rules.permits(address))
        own = bool(permitted) and all(self._rules.owns(address) for address in permitted)
        if not addresses:
            raise OSError(errno.ENOENT, "no address")
        if not permitted or (len(permitted) < len(addresses) and not own):
            raise AddressRefused("fetch.private_address")
        return Place(permitted, own)

    async def _ask_system(self, host: str) -> Sequence[str]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _system_lookup, host)


class GuardedResolver(AbstractResolver):
    """aiohttp's view of the guard: names become checked numbers."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002  # aiohttp's signature; we want both families
    ) -> list[ResolveResult]:
        """The numbers of `host`, all of them checked."""
        place = await self._guard.find(host)
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in place.addresses
        ]

    async def close(self) -> None:
        """The guard outlives us."""


def _system_lookup(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except UnicodeError as error:  # a label that IDNA cannot carry
        raise OSError(errno.ENOENT, "no such name") from error
    return [str(sockaddr[0]) for _, _, _, _, sockaddr in found]
