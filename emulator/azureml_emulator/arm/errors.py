"""What the control plane refuses, as Azure Resource Manager words it: `{"error": {"code", "message"}}`.

    ArmError
    ├── BadRequest        400  the body is not what it should be; `target` names the field
    ├── Unauthenticated   401  no bearer token
    ├── NotFound          404  no such resource
    ├── NotAllowed        405  the resource is known, but not that method
    ├── Conflict          409  it cannot be done as things stand
    ├── TooLarge          413  more bytes than any resource has
    └── Unavailable       503  the emulator is shutting down, or has no port left

Form and statuses are documented (Azure REST API guidelines, and Resource Manager's common errors); the codes
`UserError` and `Conflict`, and all wordings, are the emulator's own (unverified).
"""

from typing import Any, ClassVar

from azureml_emulator.errors import EmulatorError


class ArmError(EmulatorError):
    """A refusal: `status`, `code` and a message for a person; `target` is the field it is about."""

    status: ClassVar[int]
    code: ClassVar[str]

    def __init__(self, message: str, target: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.target = target

    @property
    def value(self) -> dict[str, Any]:
        """The body."""
        target = {"target": self.target} if self.target else {}
        return {"error": {"code": self.code, "message": self.message, **target, "details": []}}


class BadRequest(ArmError):
    """The body is not what it should be."""

    status = 400
    code = "UserError"


class Unauthenticated(ArmError):
    """No bearer token came with the request."""

    status = 401
    code = "AuthenticationFailed"


class NotFound(ArmError):
    """There is no such resource."""

    status = 404
    code = "ResourceNotFound"


class NotAllowed(ArmError):
    """The resource is known, but the emulator does not take that method."""

    status = 405
    code = "MethodNotAllowed"


class Conflict(ArmError):
    """It cannot be done as things stand."""

    status = 409
    code = "Conflict"


class TooLarge(ArmError):
    """More bytes than any resource has."""

    status = 413
    code = "RequestEntityTooLarge"


class Unavailable(ArmError):
    """The emulator cannot do it now."""

    status = 503
    code = "ServiceUnavailable"
