"""Everything that can go wrong, and how it looks from outside.

    EmulatorError
    ├── ConfigError              a setting, a file or a port is not what it should be: one line for a person
    ├── DoorError                Azure's front door answers by itself: plain text, its own status
    │   ├── AccessDenied             401  wrong, missing or unknown key
    │   ├── BadAuthorization         403  an Authorization header that is no bearer
    │   ├── DeploymentNotFound       404  azureml-model-deployment names none
    │   ├── EndpointNotFound         404  no endpoint of that name, or none with traffic
    │   └── ShuttingDown             503  the emulator is draining
    └── ContainerError           the model's container refuses, as its web server words it
        ├── BadBody                  400  not UTF-8, not JSON
        ├── PathNotFound             404
        ├── MethodNotAllowed         405
        ├── BodyTooLarge             413
        ├── WrongContentType         415
        ├── WrongShape               400  JSON of another shape; names the field
        └── ScoringFailed            500  the answer source raised

A `ContainerError` knows how Microsoft's inference server (azmlinfsrv) words it as well as its LLM server; the
deployment says which of `inference_servers/` it runs.
"""

from collections.abc import Sequence
from typing import Any, ClassVar


class EmulatorError(Exception):
    """Anything this package raises on purpose."""


class ConfigError(EmulatorError, ValueError):
    """A setting that cannot be used. The text is one line: the place, what was found, what was expected."""


class DoorError(EmulatorError):
    """An answer of the front door: `status` and `text`, sent as text/plain."""

    status: ClassVar[int]
    text: ClassVar[str]

    def __init__(self, hint: str = "") -> None:
        super().__init__(hint or self.text)
        self.hint = hint


class AccessDenied(DoorError):
    """The key is missing or wrong.

    Text and status: reported by users of Azure (azure-docs#98265 and public client code).
    """

    status = 401
    text = "key_auth_access_denied"


class BadAuthorization(DoorError):
    """An Authorization header that is not `Bearer KEY`.

    The text was seen in public client code; its status was not, 403 is inferred from its name (unverified).
    """

    status = 403
    text = "key_auth_bad_header_forbidden"


class DeploymentNotFound(DoorError):
    """`azureml-model-deployment` names a deployment that the endpoint has not.

    Text: documented by a Microsoft repository; status inferred from the text below (unverified).
    """

    status = 404
    text = "Specified deployment could not be found"


class EndpointNotFound(DoorError):
    """No endpoint of that name, or no deployment of it has traffic.

    Text and status: Microsoft's batch-scoring client tests; documented as 404 for "no deployment with traffic".
    """

    status = 404
    text = "Specified traffic group could not be found"


class ShuttingDown(DoorError):
    """The emulator got its signal to stop and takes no new work. Its own answer, not Azure's."""

    status = 503
    text = "the emulator is shutting down"


Details = Sequence[dict[str, Any]]
"""pydantic's error list: type, loc (from `body` down), msg, input, ctx."""


class ContainerError(EmulatorError):
    """A refusal by the model's container, as each of Microsoft's two servers words it.

    azmlinfsrv answers `status` and `{"message": ...}`; the LLM server `llm_status` and `llm_body()`.
    """

    status: ClassVar[int] = 400
    llm_status: ClassVar[int] = 422
    in_routing: ClassVar[bool] = False
    in_scoring: ClassVar[bool] = False

    def __init__(self, message: str, details: Details = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    @property
    def cause(self) -> str:
        """What the journal notes."""
        return self.message

    def body(self) -> dict[str, Any]:
        """What azmlinfsrv says (measured, 1.5.1)."""
        return {"message": self.message}

    def llm_body(self) -> dict[str, Any]:
        """What the LLM server says (measured, llm-optimized-inference 0.2.58)."""
        return {
            "error": {
                "code": "Invalid input",
                "status": self.llm_status,
                "message": "invalid input error",
                "details": list(self.details),
            }
        }


class BadBody(ContainerError):
    """The body is not UTF-8 or not JSON; `at` is the character where it stops being so."""

    def __init__(self, message: str, reason: str, at: int = 0) -> None:
        found = {"type": "json_invalid", "loc": ["body", at], "msg": "JSON decode error", "input": {}}
        super().__init__(message, [{**found, "ctx": {"error": reason}}])


class WrongShape(ContainerError):
    """The body is JSON, but not of the deployment's schema."""


class WrongContentType(ContainerError):
    """The body is not declared as JSON."""

    status = 415

    def __init__(self) -> None:
        reason = "Input should be a valid dictionary or object to extract fields from"
        super().__init__(
            "Expects Content-Type to be application/json",
            [{"type": "model_attributes_type", "loc": ["body"], "msg": reason, "input": None}],
        )


class _Routing(ContainerError):
    """A refusal before the body is looked at; the LLM server's framework words it by itself."""

    in_routing = True
    detail: ClassVar[str]

    def llm_body(self) -> dict[str, Any]:
        return {"detail": self.detail}


class PathNotFound(_Routing):
    """The container serves no such path."""

    status = llm_status = 404
    detail = "Not Found"

    def __init__(self) -> None:
        super().__init__(
            "The requested URL was not found on the server. "
            "If you entered the URL manually please check your spelling and try again."
        )


class MethodNotAllowed(_Routing):
    """The path is served, but not for this method."""

    status = llm_status = 405
    detail = "Method Not Allowed"

    def __init__(self) -> None:
        super().__init__("The method is not allowed for the requested URL.")


class BodyTooLarge(_Routing):
    """The body exceeds the limit of the container's proxy: 100 MB in Microsoft's catalog image (read in its code)."""

    status = llm_status = 413
    detail = "Request Entity Too Large"

    def __init__(self) -> None:
        super().__init__("The request body is larger than this endpoint takes.")


class ScoringFailed(ContainerError):
    """The answer source raised, as a score.py may. `cause` is for the journal, callers are not told."""

    status = llm_status = 500
    in_scoring = True

    def __init__(self, cause: str) -> None:
        super().__init__("An unexpected error occurred in scoring script. Check the logs for more info.")
        self._cause = cause

    @property
    def cause(self) -> str:
        return self._cause

    def llm_body(self) -> dict[str, Any]:
        return {"error": {"code": "Internal Server Error", "message": self.message, "status": self.llm_status}}
