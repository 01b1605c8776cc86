"""Files that settings name: they are looked for beside the configuration that names them."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationInfo

_FOLDER = "folder"


def beside(configuration: str) -> dict[str, Any]:
    """Give the validation context in which paths are relative to a configuration file; "" for none."""
    return {_FOLDER: Path(configuration).parent} if configuration else {}


FROM_AFAR: Mapping[str, Any] = MappingProxyType({"from afar": True})
"""The validation context of settings that come over the network: they may name no file, and no function to call."""


def only_near(info: ValidationInfo) -> None:
    """Raise `ValueError` for a setting that came over the network."""
    if (info.context or {}).get("from afar"):
        raise ValueError("files and functions can be named in a configuration and in Python, not over the network")


def _found(path: str, info: ValidationInfo) -> str:
    only_near(info)
    return str(Path((info.context or {}).get(_FOLDER, ""), path))


FilePath = Annotated[str, AfterValidator(_found)]
"""The path of a file, relative to the configuration file if there is one, else to the current folder."""


def text_of(path: str) -> str:
    """Read a text file, in UTF-8 with or without a byte order mark. Raises `ValueError`, which names the file."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:  # also for a null character in the path
        raise ValueError(f"{path!r}: expected a file of UTF-8 text") from None
