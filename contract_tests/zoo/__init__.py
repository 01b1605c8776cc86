"""The zoo: formatters and clients that are correct, and broken ones of which each names the check that rejects it.

A module of this folder is part of it: classes marked `@correct(...)` and `@broken(...)` are its specimens.
"""
