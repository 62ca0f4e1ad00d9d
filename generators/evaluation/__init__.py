"""What an evaluation says: intervals, comparisons, and a page."""
