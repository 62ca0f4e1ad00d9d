"""Plans without geometry: operators, the state they change, and the search over them."""
