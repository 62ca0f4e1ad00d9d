"""Asset libraries, a plug-in each: one made by code, one of a user's files, some from wheels."""
