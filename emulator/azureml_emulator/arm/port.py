"""The control plane's own port: https, beside the emulator's others."""

from functools import partial
from time import time
from typing import NamedTuple

from aiohttp import http_exceptions, web

from azureml_emulator.addresses import reachable
from azureml_emulator.arm.certificate import issued
from azureml_emulator.arm.errors import TooLarge, Unavailable
from azureml_emulator.arm.messages import Request, Response
from azureml_emulator.arm.plane import ControlPlane
from azureml_emulator.errors import ConfigError
from azureml_emulator.server import Server

LISTENER = "/arm"
"""What the port is called among a server's; no endpoint can be called so."""


class Address(NamedTuple):
    """Where a control plane is, and the certificate of the authority to trust there, as PEM."""

    url: str
    ca: str


async def opened(server: Server, port: int = 0) -> Address:
    """Open the port; 0 takes any that is free. Raises `ConfigError` if it cannot be had, or without trustme."""
    host = reachable(server.host)
    context, ca = issued(host.strip("[]"), "127.0.0.1", "::1", "localhost")
    plane = ControlPlane(server.engine, partial(_url, server))
    await server.host_at(LISTENER, partial(_handle, plane, server), port, context)
    return Address(f"https://{host}:{server.ports[LISTENER]}", ca)


def _url(server: Server, name: str) -> str:
    return server.url(name) if name in server.ports else ""


async def _handle(plane: ControlPlane, server: Server, request: web.BaseRequest) -> web.StreamResponse:
    response = await _answer(plane, server, request)
    kind = "application/json" if response.value is not None else None
    return web.Response(status=response.status, body=response.body, headers=response.headers, content_type=kind)


async def _answer(plane: ControlPlane, server: Server, request: web.BaseRequest) -> Response:
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        return _refused(TooLarge("The request body is too large."))
    except (web.RequestPayloadError, http_exceptions.HttpProcessingError, ConnectionError):
        return Response(400)
    path, base = request.rel_url.raw_path, f"https://{request.host}"
    response = plane.answer(Request(request.method, path, request.query, request.headers, body, base, time()))
    try:
        for name, port in response.opens.items():
            await server.listen(name, port)
    except ConfigError as error:
        return _refused(Unavailable(str(error)))
    for name in response.closes:
        if name in server.ports:
            await server.close(name)
    return response


def _refused(error: TooLarge | Unavailable) -> Response:
    return Response(error.status, error.value)
