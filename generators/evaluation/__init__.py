"""The results of an evaluation: intervals, comparisons, and a page."""
