"""Which addresses may be connected to: public unicast, and what the operator's allow-list opens.

Pure. The guard asks it after DNS and before the connection, so that no name, redirect or second DNS answer gets by.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from pipeline.errors import ConfigError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA special-purpose registry; `ipaddress.is_global` differs between patch releases and calls multicast global.
_REFUSED4 = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),  # Alibaba's metadata service too
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),  # the metadata service of most clouds
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),  # Oracle's metadata service too
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("168.63.129.16/32", "Azure's host service"),  # a public address that answers only inside
    )
)
_UNICAST6 = IPv6Network("2000::/3")  # everything else of IPv6 is local, multicast, mapped or unassigned
_REFUSED6 = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("2001::/23", "protocol assignments, Teredo"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),  # carries any IPv4 address, and nobody serves feeds by it
        ("3fff::/20", "documentation"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_MAPPED = IPv6Network("::ffff:0:0/96")
_LOW32 = 0xFFFF_FFFF


def networks(allow: Iterable[str]) -> tuple[Network, ...]:
    """Read an allow-list of addresses and networks; raise ConfigError for what is neither."""
    found: list[Network] = []
    for text in allow:
        try:
            found.append(ip_network(text.strip().strip("[]"), strict=False))
        except ValueError as e:
            raise ConfigError(
                f"NEWSWATCH_ALLOW_ADDRESSES: {text!r} is no address or network; write 127.0.0.1 or 10.0.0.0/8"
            ) from e
    return tuple(found)


def refusal(address: str, allow: tuple[Network, ...] = ()) -> str | None:
    """Say why an IP address must not be connected to, None when it may be.

    Addresses that carry an IPv4 address (mapped ::ffff:0:0/96, NAT64 64:ff9b::/96) are judged by that one.
    """
    try:
        ip: Address = ip_address(address)
    except ValueError:
        return "not an IP address"
    if isinstance(ip, IPv6Address) and (ip in _MAPPED or ip in _NAT64):
        ip = IPv4Address(int(ip) & _LOW32)
    if any(ip in network for network in allow):  # a network of the other family contains nothing
        return None
    if isinstance(ip, IPv4Address):
        return next((reason for network, reason in _REFUSED4 if ip in network), None)
    if ip.scope_id is not None or ip not in _UNICAST6:
        return "not public unicast"
    return next((reason for network, reason in _REFUSED6 if ip in network), None)
