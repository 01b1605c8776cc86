"""What is said to somebody who asked for what cannot be done."""


class WrongUsage(Exception):
    """What somebody typed cannot be done; the text says in one line what, and what was expected."""
