"""What proposers share: the catalogue of a library, drafts and their checks, an endpoint."""
