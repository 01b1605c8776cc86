"""The endpoint that is recorded: where it is, and what is said to it in the caller's name."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from azureml_emulator.errors import ConfigError
from azureml_emulator.recording.cassette import Headers
from azureml_emulator.recording.redaction import READABLE, SHORTEST

_HOPS = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te"),
        *("trailer", "transfer-encoding", "upgrade"),
    }
)
"""Headers that are between two neighbours only (RFC 9110, 7.6.1)."""

_KEYS = ("api-key", "x-api-key", "ocp-apim-subscription-key")
_OWN = frozenset(("host", "expect"))
_LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1|.*\.localhost")


class Upstream(NamedTuple):
    """An endpoint's address: `origin` is scheme, host and port, `prefix` the path before all paths, or nothing."""

    origin: str
    prefix: str
    host: str

    @classmethod
    def of(cls, url: str) -> "Upstream":
        """Read an address. Raises `ConfigError`."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise ConfigError(f"--upstream: {error}") from None
        if parts.scheme not in ("http", "https") or not host:
            raise ConfigError(f"--upstream: expected http://... or https://..., not {url!r}")
        if parts.username is not None or parts.password is not None:
            raise ConfigError("--upstream: expected no name and password; keys are taken from --key-env")
        if parts.query or parts.fragment:
            raise ConfigError("--upstream: expected an address without a query; callers send their own")
        name = f"[{host}]" if ":" in host else host
        origin = f"{parts.scheme}://{name}{'' if port is None else f':{port}'}"
        return cls(origin, parts.path.rstrip("/"), host)

    def url(self, target: str) -> str:
        """Say where a caller's path and query lead: below the prefix, unless they begin with it already."""
        path = target.partition("?")[0]
        below = self.prefix and path != self.prefix and not path.startswith(self.prefix + "/")
        return self.origin + (self.prefix if below else "") + target

    @property
    def proxy(self) -> str | None:
        """The proxy that the environment names for it; there is none to the loopback."""
        if _LOOPBACK.fullmatch(self.host) or proxy_bypass(self.host):
            return None
        return getproxies().get(self.origin.partition(":")[0])


def forwarded(headers: Headers) -> Headers:
    """Leave out the headers that are between two neighbours only."""
    named = {
        one.strip().lower() for name, value in headers if name.lower() == "connection" for one in value.split(",")
    }
    return tuple(one for one in headers if one[0].lower() not in _HOPS | named)


def asked(headers: Headers, key: str | None) -> Headers:
    """Give what is sent upstream of a caller's headers.

    With a key, it stands in the place of whatever key the caller sent, and is always sent as a bearer's. Encodings
    that cannot be looked into for keys are not asked for. Headers of one name are spelt alike.
    """
    spelt: dict[str, str] = {}
    sent = [
        (spelt.setdefault(name.lower(), name), value)
        for name, value in forwarded(headers)
        if name.lower() not in _OWN
    ]
    sent = [(name, _readable(value) if name.lower() == "accept-encoding" else value) for name, value in sent]
    if key is None:
        return tuple(sent)
    sent = [
        (name, key if name.lower() in _KEYS else value) for name, value in sent if name.lower() != "authorization"
    ]
    return (*sent, ("Authorization", f"Bearer {key}"))


def _readable(accepted: str) -> str:
    known = [one for one in accepted.split(",") if one.partition(";")[0].strip().lower() in (*READABLE, "identity")]
    return ",".join(known).strip() or "identity"


def key_in(variable: str, value: str | None) -> str:
    """Check the key that an environment variable has. Raises `ConfigError`, which does not show it."""
    key = (value or "").strip()
    if not key:
        state = "is not set" if value is None else "is empty"
        raise ConfigError(f"--key-env: the environment variable {variable} {state}; it is to hold the endpoint's key")
    if not re.fullmatch(r"[!-~]+", key):
        raise ConfigError(f"--key-env: the key in {variable} has characters that no key has, such as blanks")
    if len(key.strip("*")) < SHORTEST:
        few = f"less than {SHORTEST} characters, too few to tell it from other text"
        raise ConfigError(f"--key-env: the key in {variable} has {few}")
    return key
