"""Which checks a person means: ids, names, or a word for all of a family."""

from collections.abc import Iterable, Mapping
from typing import Any

from azureml_contract.check import FAMILIES, Check, all_checks


def selected(checks: str | Iterable[str]) -> list[str]:
    """Give the ids of checks that are named as `R03`, `prompt-roundtrip`, `requests`, `request` or `R`.

    A text may name several, with commas between; an empty one means all, which is an empty list. Raises `ValueError`
    for a name that is none.
    """
    names = checks.split(",") if isinstance(checks, str) else list(checks)
    known = all_checks()
    found: dict[str, None] = {}
    for name in filter(None, (one.strip() for one in names)):
        meant = [one.id for one in known.values() if _means(name, one)]
        if not meant:
            families = ", ".join(FAMILIES.values())
            raise ValueError(f"there is no check {name!r}; expected an id such as R03, a name, or one of {families}")
        found.update(dict.fromkeys(meant))
    return list(found)


def _means(name: str, check: Check) -> bool:
    lower = name.lower()
    return lower in (check.id.lower(), check.name, check.id[0].lower(), check.family, check.family.removesuffix("s"))


def needless(waivers: Mapping[str, str], asked: Iterable[Check], subject: Any) -> list[str]:
    """Say which waivers are none: of no check, without a reason, or of a check that is not asked of the subject."""
    known, ids = all_checks(), {one.id for one in asked}
    told = []
    for id_, reason in waivers.items():
        if id_ not in known:
            told.append(f"there is no check {id_!r} to waive")
        elif not str(reason).strip():
            told.append(f"the waiver of {id_} gives no reason")
        elif id_ not in ids:
            told.append(f"{id_} is waived, but is not asked of {subject}")
    return told
