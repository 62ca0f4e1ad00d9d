"""Where an object can be put, and which of the equal choices an episode prefers."""
