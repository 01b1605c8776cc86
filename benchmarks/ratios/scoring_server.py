"""A process of its own with the endpoints that clients are measured on: http and https, fast and slow.

    python -m ratios.scoring_server FOLDER

The certificate's authority is written into FOLDER, at the end of a bundle with the usual authorities, so that
reading the bundle costs what it costs elsewhere.
"""

import ssl
import sys
from pathlib import Path

import certifi
import trustme

from azureml_emulator import Emulator, Endpoint
from ratios.data import KEY
from ratios.processes import answer


def main(folder: Path) -> None:
    """Serve until standard input ends."""
    authority = trustme.CA()
    bundle = folder / "authorities.pem"
    bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + authority.cert_pem.bytes())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    fast = Endpoint("fast", schema="gpt2", key=KEY)
    slow = Endpoint("slow", schema="gpt2", key=KEY, latency={"type": "constant", "ms": 50})
    with Emulator([fast, slow]) as plain, Emulator([fast], ssl_context=context) as secure:
        urls = {"http": plain["fast"].url, "https": secure["fast"].url, "slow": plain["slow"].url}
        answer({"urls": urls, "bundle": str(bundle)})
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
