"""Everyday words for things that BDDL calls otherwise, to be offered where a category is wrong."""

from __future__ import annotations

EVERYDAY: dict[str, str] = {
    "armoire": "wardrobe.n.01",
    "bookshelf": "bookcase.n.01",
    "cellphone": "cellular_telephone.n.01",
    "couch": "sofa.n.01",
    "cupboard": "cabinet.n.03",
    "dustbin": "ashcan.n.01",
    "fridge": "electric_refrigerator.n.01",
    "loveseat": "sofa.n.01",
    "pot": "saucepot.n.01",
    "ramekin": "bowl.n.01",
    "saucepan": "saucepot.n.01",
    "settee": "sofa.n.01",
    "smartphone": "cellular_telephone.n.01",
    "trash": "ashcan.n.01",
    "tumbler": "water_glass.n.02",
    "wastebasket": "ashcan.n.01",
}
"""The synset that each word means."""
