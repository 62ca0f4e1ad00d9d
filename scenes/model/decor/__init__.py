"""What hangs on the walls and stands along them: seen in pictures, of no weight in physics."""

from .hung import decor_of, open_sides
from .piece import FIRST_WORDS, Piece, is_pane

__all__ = ["FIRST_WORDS", "Piece", "decor_of", "is_pane", "open_sides"]
