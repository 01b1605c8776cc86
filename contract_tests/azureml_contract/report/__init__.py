"""How verdicts are shown: to a person, and to a machine."""
