"""From a scene and a task to a verified demonstration: feasibility, plans, their performance."""
