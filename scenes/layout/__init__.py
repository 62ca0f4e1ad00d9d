"""Where things go: clearances, regions, relations, sampled poses, and cameras."""
