"""OmniGibson, in an environment of its own: what a machine lacks for it, and what talks to it."""
