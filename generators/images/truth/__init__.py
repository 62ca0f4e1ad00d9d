"""What labels are computed from: exact geometry of everything at one moment."""
