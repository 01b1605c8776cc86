"""Answers of Azure's front door itself: plain text, each with its own status."""

from typing import ClassVar

from azureml_emulator.errors.roots import EmulatorError


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
