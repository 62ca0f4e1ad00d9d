"""Light in physical units: lamps, the sky, and what surrounds a scene."""
