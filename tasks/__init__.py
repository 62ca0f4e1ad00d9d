"""Tasks, their success, and their solutions: goals, predicates, planning, skills, solving."""
