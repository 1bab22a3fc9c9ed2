"""Who sent a request: its address as far as it can be believed, and whether it came over HTTPS.

Anybody can write a forwarding header. So it is read only of a request that comes from a server that the settings trust,
and from its right end on: each server adds whom it heard, and the first one that is not trusted is who asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

FORWARDING = ("x-forwarded-for", "forwarded", "x-real-ip")
"""Headers by which a server in front gives itself away."""
SAME_VISITOR = 64
"""Bits that addresses of IPv6 share which belong to one connection: its holder may use all of them."""
PAIR = re.compile(r"\s*(for|proto)\s*=\s*(?:\"([^\"]*)\"|([^;,\s\"]*))\s*", re.IGNORECASE)
Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Caller:
    """`address` is None for a program on this machine that asks directly; `scheme` is what the visitor used."""

    address: str | None
    scheme: str


class Callers:
    """Reads callers off requests, given the servers in front that are trusted and the header that they set."""

    def __init__(self, trusted: Sequence[str], header: str) -> None:
        self._trusted = [ip_network(each) for each in trusted]
        self._header = header

    def of(self, scope: Scope) -> Caller:
        headers = Headers(scope=scope)
        peer = scope["client"][0] if scope.get("client") else "127.0.0.1"
        scheme = str(scope.get("scheme", "http"))
        address = _parsed(peer)
        if address is not None and self._trusts(address) and headers.get(self._header):
            hops = _hops(self._header, headers.getlist(self._header))
            return Caller(self._asker(address, [hop for hop, _ in hops]), self._scheme(headers, hops) or scheme)
        if address is not None and address.is_loopback and not any(name in headers for name in FORWARDING):
            return Caller(None, scheme)
        return Caller(_grouped(address) if address else peer, scheme)

    def _asker(self, peer: Address, hops: Sequence[str]) -> str:
        """The first one from the right that is not trusted; whoever named what is no address has the last word."""
        found = peer
        for hop in reversed(hops):
            address = _parsed(hop)
            if address is None:
                break
            found = address
            if not self._trusts(address):
                break
        return _grouped(found)

    def _scheme(self, headers: Headers, hops: Sequence[tuple[str, str]]) -> str | None:
        """What the nearest server says."""
        said = hops[-1][1] if self._header == "forwarded" and hops else headers.get("x-forwarded-proto", "")
        last = said.rpartition(",")[2].strip().lower()
        return last if last in ("http", "https") else None

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def _hops(header: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Address and scheme of each hop, from the farthest to the nearest."""
    entries = [entry for value in values for entry in value.split(",")]
    if header == "x-forwarded-for":
        return [(entry, "") for entry in entries]
    pairs = [{m[1].lower(): m[2] or m[3] or "" for m in PAIR.finditer(entry)} for entry in entries]
    return [(pair.get("for", ""), pair.get("proto", "")) for pair in pairs]


def _parsed(text: str) -> Address | None:
    """An address, without the port and brackets that some servers write."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _grouped(address: Address) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, SAME_VISITOR), strict=False))
    return str(address)
