"""The Host and Origin of a request → whether a browser was led here by somebody else's page."""

import ipaddress
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from assistant.channels.http_api.problems import Refusal


def is_loopback(address: str) -> bool:
    """Whether an address is of this machine only.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        found = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return address.lower() == "localhost"
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)


def known_names(*given: str) -> frozenset[str]:
    """The names that a Host header may carry, from comma-separated lists.

    >>> sorted(known_names("scope.example, Other.example"))
    ['localhost', 'other.example', 'scope.example']
    """
    names = (name.strip().lower() for text in given for name in text.split(","))
    return frozenset({"localhost", *filter(None, names)})


def check_host(host: str | None, known: Iterable[str]) -> None:
    """Raise Refusal for a name that is not ours: it may be another's that was pointed here.

    An address in numbers cannot be pointed anywhere.
    """
    name = _name(f"//{host or ''}")
    if name and (name in known or _is_address(name)):
        return
    raise Refusal(
        421,
        "unknown_host",
        "This server is not known under that name.",
        "Add the name to SCOPEWRIGHT_API_NAMES, or use the server's address.",
    )


def check_origin(headers: Mapping[str, str]) -> None:
    """Raise Refusal for a request that a page of another site made a browser send."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "")
    same = origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    if not same or site in ("cross-site", "same-site"):
        raise Refusal(
            403,
            "foreign_origin",
            "Pages of other sites may not use this API.",
            "Call it from a program, with a key.",
        )


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
