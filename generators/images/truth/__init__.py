"""The basis of labels: exact geometry of everything at one moment."""
