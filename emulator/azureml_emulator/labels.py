"""Made-up classifications: labels with scores that look like a classifier's, the same for the same draw."""

from collections.abc import Sequence

from azureml_emulator.draw import Draw

Scored = tuple[str, float]
"""A label and its score."""


def scored(draw: Draw, labels: Sequence[str], said: str = "") -> list[Scored]:
    """Give every label its score, the best first; scores are above 0 and add up to 1.

    The best one gets 0.6 or more. It is the label that `said` names, in upper or lower case and with blanks around
    it as one likes: so a configured answer decides the class. When `said` is none of the labels, the draw decides.
    """
    order = sorted(labels, key=lambda label: draw.integer(label.encode("utf-8", "surrogatepass")))
    best = label_of(said, labels) or order[0]
    order.remove(best)
    if not order:
        return [(best, 1.0)]
    top = 0.6 + 0.39 * draw.unit(b"top score")
    falling = [1 / (rank * rank) for rank in range(1, len(order) + 1)]
    share = (1 - top) / sum(falling)
    return [(best, top), *((label, weight * share) for label, weight in zip(order, falling, strict=True))]


def label_of(said: str, labels: Sequence[str]) -> str | None:
    """Find the label that a text is, whatever its case and the blanks around it; None if it is none of them."""
    if len(said) > 1000:  # an echoed document, not a label
        return None
    wanted = said.strip().casefold()
    return next((label for label in labels if label.casefold() == wanted), None)
