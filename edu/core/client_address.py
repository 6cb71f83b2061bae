"""Which address a request came from, when it passed through front servers (X-Forwarded-For).

Every front server appends the address it was asked from. Entries that the outermost trusted server did not write may
be invented by the sender, so the chain is read from the right.
"""

import ipaddress
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The front servers that are believed: how many stand in a row, or the networks they stand in. Neither: none."""

    count: int = 0
    networks: tuple[Network, ...] = ()


def parse_trusted_proxies(text: str) -> TrustedProxies:
    """Read a setting: a number of front servers ("1"), or their addresses and CIDR networks with commas between.

    Empty means none. ValueError, with the part that cannot be read, for anything else.
    """
    value = text.strip()
    if not value:
        return TrustedProxies()
    if value.isascii() and value.isdecimal():
        return TrustedProxies(count=int(value))
    parts = [part.strip() for part in value.split(",") if part.strip()]
    return TrustedProxies(networks=tuple(ipaddress.ip_network(part, strict=False) for part in parts))


def find_client_address(*, remote: str, forwarded_for: str, trusted: TrustedProxies) -> str:
    """Return the sender's address: the right-most one of the chain that no trusted front server has.

    `remote` is who opened the connection; `forwarded_for` the X-Forwarded-For header, empty when there is none. Without
    trusted front servers the header is not looked at. A chain that breaks off at something that is no address ends
    there: the nearest address that was vouched for is returned.
    """
    hops = [part for part in forwarded_for.split(",") if part.strip()]
    if not hops or not (trusted.count or trusted.networks):
        return remote
    if trusted.networks and not _is_trusted(remote, trusted):
        return remote
    address = remote
    for number, hop in enumerate(reversed(hops), start=1):
        read = _read(hop)
        if read is None:
            break
        address = read
        if number == trusted.count or (trusted.networks and not _is_trusted(read, trusted)):
            break
    return address


def _read(hop: str) -> str | None:
    """Return an entry as a bare address, its port taken off; None for what is none."""
    text = hop.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(_plain(ipaddress.ip_address(text)))
    except ValueError:
        return None


def _plain(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return an IPv4 address that is written as IPv6 (::ffff:192.0.2.1) as IPv4."""
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(text: str, trusted: TrustedProxies) -> bool:
    try:
        address = _plain(ipaddress.ip_address(text))
    except ValueError:
        return False
    return any(address.version == network.version and address in network for network in trusted.networks)
