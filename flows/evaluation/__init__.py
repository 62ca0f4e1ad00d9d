"""Judging policies: suites of frozen scenes, rollouts in processes, results and a page."""
