"""What the machine decides for both transports: which authorities are trusted, and which proxy is in between."""

import os
import ssl
from functools import lru_cache
from pathlib import Path

from azureml_endpoint.addresses import is_loopback
from azureml_endpoint.errors import CertificateError

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


def tls_context() -> ssl.SSLContext:
    """Return the TLS context of this process: made once, since reading authorities takes some 30 ms.

    An environment variable that names a bundle decides alone; without one, certifi's and the system's
    authorities are trusted, so that what worked with requests or with urllib works here. CertificateError when the
    variable names no bundle.
    """
    variable = next((name for name in _BUNDLES if os.environ.get(name)), "")
    bundle = os.environ[variable] if variable else None
    try:
        return _context(bundle)
    except OSError as error:
        text = f"the environment variable {variable} must name a file or folder of certificates: {bundle!r} is none"
        raise CertificateError(f"{text} ({error})") from error


@lru_cache(maxsize=64)
def proxies_for(url: str) -> dict[str, str]:
    """Return the proxies of the environment for `url`, as requests reads them, once; none for this very machine.

    A key for a local address is nobody else's, whatever `http_proxy` says.
    """
    if is_loopback(url):
        return {}
    from requests.utils import get_environ_proxies

    return {scheme: proxy for scheme, proxy in get_environ_proxies(url).items() if scheme != "no"}


@lru_cache(maxsize=4)
def _context(bundle: str | None) -> ssl.SSLContext:
    if bundle is None:
        import certifi

        context = ssl.create_default_context(cafile=certifi.where())
        context.load_default_certs()
        return context
    if Path(bundle).is_dir():
        return ssl.create_default_context(capath=bundle)
    return ssl.create_default_context(cafile=bundle)
