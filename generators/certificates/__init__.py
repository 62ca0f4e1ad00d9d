"""Certificates of attempts: written from a dataset, and checked by a replay."""
