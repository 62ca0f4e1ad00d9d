"""The simulated world while a plan is carried out: predicates, execution, disturbances, replay."""
