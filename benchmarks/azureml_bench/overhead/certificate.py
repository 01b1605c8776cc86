"""A certificate for this machine, and the authorities that trust it, made for one measurement."""

import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from azureml_bench.usage import WrongUsage

_HOST = "127.0.0.1"
_MISSING = "https needs a certificate, and to make one either `pip install trustme` or the command openssl"


class Certificate(NamedTuple):
    """Files: the certificate, its key, and a bundle of the usual authorities with the one that signed it."""

    chain: str
    key: str
    bundle: str


def made(folder: Path) -> Certificate:
    """Make one for 127.0.0.1, by trustme or else by openssl. Raises `WrongUsage` without either."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    authority = _by_trustme(chain, key) or _by_openssl(chain, key)
    return Certificate(str(chain), str(key), bundle(folder, authority))


def bundle(folder: Path, authority: bytes) -> str:
    """Write the usual authorities and one more: to read so many is part of what a client does elsewhere."""
    certifi: Any = import_module("certifi")
    file = folder / "authorities.pem"
    file.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + authority)
    return str(file)


def _by_trustme(chain: Path, key: Path) -> bytes:
    try:
        trustme: Any = import_module("trustme")
    except ModuleNotFoundError:
        return b""
    authority = trustme.CA()
    issued = authority.issue_cert(_HOST)
    chain.write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    return bytes(authority.cert_pem.bytes())


def _by_openssl(chain: Path, key: Path) -> bytes:
    """Make one that has signed itself."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={_HOST}"]
    extensions = [f"subjectAltName=IP:{_HOST}", "keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign"]
    for one in extensions:
        command += ["-addext", one]
    try:
        subprocess.run([*command, "-out", str(chain), "-keyout", str(key)], check=True, capture_output=True)  # noqa: S603
    except FileNotFoundError:
        raise WrongUsage(_MISSING) from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        raise WrongUsage(f"{_MISSING}; openssl said: {said[-1] if said else error.returncode}") from None
    return chain.read_bytes()
