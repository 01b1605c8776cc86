"""Which LangChain is here, and all in which the two that these tests run with differ.

Their Azure ML modules write and read the same bytes. 0.4.2 takes an api type by its name only, no longer as a member
of the enum that its own page uses, and looks at the URL's whole path, not at how it ends.
"""

from importlib.metadata import version

KNOWN = {"0.3.24", "0.4.2"}
VERSION = version("langchain-community")
TAKES_THE_ENUM = VERSION == "0.3.24"
