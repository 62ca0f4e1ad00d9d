"""Rolling a policy out: steps, success, reset, and progress of one task in one compiled scene."""
