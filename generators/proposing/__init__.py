"""Common parts of proposers: the catalogue of a library, drafts and their checks, an endpoint."""
