"""Where an endpoint is: its api type, and which URLs may be its scoring address."""

import difflib
import enum
import ipaddress
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

_EXPECTED = {
    "dedicated": "a path that ends with /score",
    "serverless": "a path that ends with /completions, such as /v1/completions or /models/chat/completions",
}


class AzureMLEndpointApiType(enum.StrEnum):
    """How an endpoint is hosted, which decides its path and the shape of its bodies."""

    dedicated = "dedicated"
    """A managed or Kubernetes online endpoint: the model on machines of its own."""
    realtime = "realtime"
    """The former name of `dedicated`; works wherever that works."""
    serverless = "serverless"
    """A model billed by the token, which speaks OpenAI's shapes."""

    @classmethod
    def _missing_(cls, value: object) -> "AzureMLEndpointApiType | None":
        return cls.__members__.get(value.strip().lower()) if isinstance(value, str) else None

    @classmethod
    def of(cls, value: Any) -> "AzureMLEndpointApiType":
        """Return the api type named by a string in any case, or by an enum member, ours or LangChain's."""
        name = value.value if isinstance(value, enum.Enum) else value
        try:
            return cls(name)
        except ValueError:
            names = ", ".join(repr(member.value) for member in cls)
            near = difflib.get_close_matches(str(name).strip().lower(), cls.__members__, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"endpoint_api_type must be one of {names}{hint}") from None

    @property
    def plain(self) -> "AzureMLEndpointApiType":
        """The api type without its former name: `realtime` is `dedicated`."""
        return AzureMLEndpointApiType.dedicated if self.name == "realtime" else self


def scoring_url(url: str, api_type: AzureMLEndpointApiType) -> str:
    """Return the address to post to, trailing slashes and fragment removed, query kept.

    Accepted is what any version of LangChain accepted, below any path prefix: `/score` for dedicated
    endpoints (Kubernetes paths too), `/completions` for serverless ones. Raises ValueError that says what was
    expected and never shows what was passed, which may be a key or a password.
    """
    parts = _split(url.strip())
    path = parts.path.rstrip("/")
    kind = api_type.plain.value
    if not _fits(path, kind):
        raise ValueError(_mismatch(path, kind))
    return urlunsplit(parts._replace(path=path, fragment=""))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("endpoint_url is not a URL: its host or its port cannot be read") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(
            "endpoint_url must be a full http or https URL, such as https://NAME.REGION.inference.ml.azure.com/score"
        )
    if parts.username is not None or parts.password is not None:
        raise ValueError("endpoint_url must not hold a user or password; the key goes into endpoint_api_key")
    if any(character.isspace() or not character.isprintable() for character in url):
        raise ValueError("endpoint_url must not hold white space or control characters")
    return parts


def _fits(path: str, kind: str) -> bool:
    folder, slash, last = path.rpartition("/")
    bare = folder + slash + last.partition(";")[0]
    return bare.endswith("/score" if kind == "dedicated" else "/completions")


def _mismatch(path: str, kind: str) -> str:
    other = "serverless" if kind == "dedicated" else "dedicated"
    found = "found another" if path else "found none"
    hint = f" This path is that of a {other} endpoint: use endpoint_api_type={other!r}." if _fits(path, other) else ""
    return f"endpoint_url of a {kind} endpoint must have {_EXPECTED[kind]}; {found}.{hint}"


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL: what must not change for a key to follow a redirect."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def is_loopback(url: str) -> bool:
    """Return whether a URL points at this very machine, where no proxy belongs in between."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
