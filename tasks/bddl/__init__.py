"""Goals and problems in BDDL: formulas, their text, and what they say about a scene."""
