"""The root of all errors, and settings that cannot be used."""


class EmulatorError(Exception):
    """Anything this package raises on purpose."""


class ConfigError(EmulatorError, ValueError):
    """A setting that cannot be used. The text is one line: the place, what was found, what was expected."""
