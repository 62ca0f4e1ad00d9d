"""What should happen, did it, and how: goals, predicates, planning, skills, solving."""
