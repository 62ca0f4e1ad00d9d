"""Exports that are sent to a hub: what is sent, and how."""
