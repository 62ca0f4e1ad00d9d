"""Libraries from other projects' wheels, read where pip put them and never imported for it."""
