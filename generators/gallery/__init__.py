"""The catalogue page: what the asset libraries offer, in pictures."""

from .page import write_page

__all__ = ["write_page"]
