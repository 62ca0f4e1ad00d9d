"""The one folder of this project that other environments import from."""
