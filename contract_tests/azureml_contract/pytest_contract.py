"""Contracts as classes of tests: a test for each check."""


class FormatterContract:
    """Subclass it, and say which formatter, and which wire schema."""


class ClientContract:
    """Subclass it, and say which client, which formatter, and which wire schema."""
