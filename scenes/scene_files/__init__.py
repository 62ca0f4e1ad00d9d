"""Scenes of other programs: read from their files, as references for cousins."""
