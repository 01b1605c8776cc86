"""Who may come in: callers with one of an endpoint's keys, or with a token that was signed for it."""

from abc import ABC, abstractmethod
from hashlib import sha256
from typing import Any

from azureml_emulator.endpoint import Endpoint
from azureml_emulator.errors import AccessDenied, ConfigError
from azureml_emulator.memo import Memo

AAD_AUDIENCE = "https://ml.azure.com"
"""Whom Entra's tokens for scoring are meant for (documented)."""

_ALGORITHM = "HS256"


class Access(ABC):
    """What an endpoint asks of its callers."""

    @abstractmethod
    def check(self, credential: str, at: float) -> None:
        """Let a caller in who shows this at a time in Unix seconds. Raises `AccessDenied`, which says why not."""


class Keys(Access):
    """Any of the endpoint's keys."""

    def __init__(self, *keys: str) -> None:
        self._keys = keys

    def check(self, credential: str, at: float) -> None:
        if credential not in self._keys:
            raise AccessDenied("the key is not this endpoint's")


class Anyone(Access):
    """Nothing: there is no front door."""

    def check(self, credential: str, at: float) -> None:
        return


class Tokens(Access):
    """A JWT of the right signature, audience and time; the issuer does not matter.

    Tokens that were seen before are not verified once more, only their times are looked at.
    """

    def __init__(self, audience: str, signing_key: str) -> None:
        self._jwt = _jwt()
        self._audience = audience
        self._secret = _secret(signing_key)
        self._verified: Memo[tuple[float, float]] = Memo()

    def check(self, credential: str, at: float) -> None:
        times = self._verified.get(credential)
        if times is None:
            times = _times(self._claims(credential))
            self._verified.put(credential, credential.encode(), times)
        if at < times[0]:
            raise AccessDenied("the token is not valid yet")
        if at >= times[1]:
            raise AccessDenied("the token has expired")

    def _claims(self, token: str) -> dict[str, Any]:
        needed = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "aud"]}
        try:
            claims: dict[str, Any] = self._jwt.decode(
                token, self._secret, algorithms=[_ALGORITHM], audience=self._audience, options=needed
            )
        except self._jwt.InvalidAudienceError:
            raise AccessDenied(f"the token is not for {self._audience}") from None
        except (self._jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise AccessDenied(f"the token cannot be verified ({type(error).__name__})") from None
        return claims


def _times(claims: dict[str, Any]) -> tuple[float, float]:
    """Give the time from which a token is valid, and the one from which it is not."""
    begins, ends = claims.get("nbf", 0), claims["exp"]
    if not all(isinstance(one, int | float) for one in (begins, ends)):
        raise AccessDenied("the token's times are no numbers")
    return begins, ends


def _jwt() -> Any:
    try:
        import jwt
    except ModuleNotFoundError:
        raise ConfigError(
            "auth_mode aml_token and aad_token need PyJWT: pip install 'azureml-emulator[tokens]'"
        ) from None
    return jwt


def _secret(signing_key: str) -> bytes:
    """Make a signing key of any length as long as HS256 wants it."""
    return sha256(signing_key.encode()).digest()


def access(endpoint: Endpoint) -> Access:
    """Give what an endpoint asks of its callers. Raises `ConfigError` where PyJWT is needed and missing."""
    if endpoint.api_type and not endpoint.api_type.door:
        return Anyone()
    if endpoint.auth_mode == "key":
        return Keys(endpoint.key, endpoint.secondary_key or endpoint.key)
    return Tokens(audience(endpoint), endpoint.signing_key)


def audience(endpoint: Endpoint) -> str:
    """Say whom an endpoint's tokens are meant for.

    Entra's are for all endpoints (documented). Azure ML's own are for one endpoint, since the right to ask for them
    is; what their audience looks like is not documented (unverified).
    """
    return AAD_AUDIENCE if endpoint.auth_mode == "aad_token" else f"azureml://onlineEndpoints/{endpoint.name}"


def mint(endpoint: Endpoint, at: float, expires_in: float = 3600.0) -> str:
    """Make a token that opens an endpoint from `at`, in Unix seconds, on, for so many seconds.

    Raises `ConfigError` for an endpoint that takes keys, or without PyJWT.
    """
    if endpoint.auth_mode == "key":
        raise ConfigError(f"endpoint {endpoint.name!r} takes keys; its auth_mode is neither aml_token nor aad_token")
    return signed(audience(endpoint), endpoint.signing_key, at, expires_in)


def signed(audience: str, signing_key: str, at: float, expires_in: float) -> str:
    """Make a token for an audience. Raises `ConfigError` without PyJWT."""
    claims = {"aud": audience, "iat": int(at), "nbf": int(at), "exp": int(at) + int(expires_in)}
    token: str = _jwt().encode(claims, _secret(signing_key), algorithm=_ALGORITHM)
    return token
