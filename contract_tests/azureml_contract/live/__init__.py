"""Checks against an endpoint that runs somewhere, Azure's included: few requests, slowly, and said beforehand."""
