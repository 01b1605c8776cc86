"""Keys and tokens of an endpoint: shown, made anew, minted."""

from typing import Any

from azureml_emulator.access import mint
from azureml_emulator.arm.bodies import RegenerateBody, document, read
from azureml_emulator.arm.errors import BadRequest
from azureml_emulator.arm.estate import Estate, Holding
from azureml_emulator.arm.routes import Visit

TOKEN_SECONDS = 12 * 3600
"""How long a token is good for; Azure's own lifetime is not documented (unverified)."""


def shown(holding: Holding) -> dict[str, Any]:
    """Give both keys. Raises `BadRequest` for an endpoint that takes none."""
    if holding.door["auth_mode"] != "key":
        raise BadRequest(f"The endpoint {holding.name!r} takes tokens, not keys.", "properties.authMode")
    primary = holding.door["key"]
    return {"primaryKey": primary, "secondaryKey": holding.door["secondary_key"] or primary}


def regenerated(estate: Estate, holding: Holding, visit: Visit) -> Holding:
    """Make a key anew; the former one is refused from then on.

    The body's `keyValue` is the key's value from then on (documented); the SDK sends the present one there, which
    asks for a fresh one (measured; that Azure takes it so is unverified).
    """
    keys = shown(holding)
    body = read(RegenerateBody, document(visit.request.body))
    given = body.key_value if body.key_value not in keys.values() else ""
    which = "key" if body.key_type.lower() == "primary" else "secondary_key"
    door = {**holding.door, "secondary_key": keys["secondaryKey"], which: given or estate.new_key(holding.name)}
    return holding._replace(door=door)


def token(holding: Holding, at: float) -> dict[str, Any]:
    """Mint a token for an endpoint of auth_mode aml_token. Raises `BadRequest` for another one."""
    if holding.door["auth_mode"] != "aml_token":
        raise BadRequest(f"The endpoint {holding.name!r} is not of authMode AMLToken.", "properties.authMode")
    return {
        "accessToken": mint(holding.endpoint(), at, TOKEN_SECONDS),
        "expiryTimeUtc": int(at) + TOKEN_SECONDS,
        "refreshAfterTimeUtc": int(at) + TOKEN_SECONDS // 2,
        "tokenType": "Bearer",
    }
