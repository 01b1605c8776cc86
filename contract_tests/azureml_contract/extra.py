"""What the kit needs beside the base install."""

INSTALL = "pip install 'azureml-emulator[contract]'"


class MissingExtra(ImportError):
    """Something is not installed; the text says how to install it."""


def need_hypothesis() -> None:
    """Raise `MissingExtra` where there is no Hypothesis."""
    try:
        import hypothesis  # noqa: F401
    except ModuleNotFoundError:
        raise MissingExtra(f"the contract kit needs hypothesis: {INSTALL}") from None
