"""Which addresses webhooks may reach: the public internet, and what the operator has listed beside it (API6).

Without this a firm could have our own machines called from inside of our network (SSRF).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Self

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Written out instead of asking Python, whose own lists differ by its version and count multicast as public.
_PUBLIC_6: Final = ip_network("2000::/3")  # no other IPv6 unicast is routed; mapped IPv4 and NAT64 lie outside of it
_CLOSED: Final[tuple[Network, ...]] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # behind a provider's NAT
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's services for its own machines
            "169.254.0.0/16",  # link-local, and with it most clouds' metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # multicast relays
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
            "2001::/23",  # protocol assignments, Teredo, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which may hold any IPv4 address
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)


WELL_KNOWN_PORTS: Final = 1024
"""Below it are the ports of the machines' own services, of which webhooks call but HTTP's."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be reached beside the public internet: hosts by name, and networks."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, words: Iterable[str]) -> Self:
        """From an operator's list of host names, addresses and networks."""
        parts = [(word.lower().rstrip("."), network(word)) for word in words]
        return cls(
            frozenset(name for name, found in parts if found is None),
            tuple(found for _, found in parts if found is not None),
        )

    def lists(self, host: str) -> bool:
        """Whether the operator has listed the host, by its name or as an address."""
        address = literal(host)
        return host.lower().rstrip(".") in self.hosts or (address is not None and self._holds(address))

    def lists_all(self, host: str, addresses: Iterable[Address]) -> bool:
        """Whether the host is listed, or every one of its addresses."""
        return self.lists(host) or all(map(self._holds, addresses))

    def allows(self, host: str, addresses: Iterable[Address]) -> bool:
        """Whether a host may be called at these addresses: each is public or listed, or the host is listed."""
        return self.lists(host) or all(is_public(address) or self._holds(address) for address in addresses)

    def _holds(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


class Allowed:
    """What the operator of this process allows; the application sets it as it starts."""

    reach: Reach = Reach()


allowed: Final = Allowed()


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet's, where a stranger's server may be."""
    if isinstance(address, IPv6Address) and (address not in _PUBLIC_6 or address.scope_id):
        return False
    return not any(address in network for network in _CLOSED)


def may_use(port: int) -> bool:
    """Whether webhooks may go to a port: those of HTTP, and those that anybody may use."""
    return port in {80, 443} or WELL_KNOWN_PORTS <= port <= 65535


def literal(host: str) -> Address | None:
    """The address that a host is written as, in brackets or without; None for a name."""
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def network(word: str) -> Network | None:
    """The network or single address that a word of the operator's names; None for a name."""
    try:
        return ip_network(word, strict=False)
    except ValueError:
        return None
