"""How good a dataset is: measures, balance, and how different its solutions are."""
