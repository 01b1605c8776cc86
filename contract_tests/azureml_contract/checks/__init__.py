"""The checks, a module for each theme. A function with `@check(...)` in one of them is listed, run and documented."""
