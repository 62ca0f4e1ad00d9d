"""Environments to act in: what a policy sees of a rollout, and Gymnasium's interface to it."""
