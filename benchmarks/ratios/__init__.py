"""The comparisons: two sides measured in turn, in one run, and reported as the ratio between them."""
