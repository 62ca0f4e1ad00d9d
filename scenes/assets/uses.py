"""Parts of life in which people use things, so that a task brings together what belongs together.

A category that declares none has those of its hypernyms in the BEHAVIOR taxonomy.
"""

from __future__ import annotations

from typing import Literal

Use = Literal["kitchen", "desk", "bath", "play", "workshop", "garden", "decor"]
"""Kitchen: eaten, cooked and served with. Bath: washed and cared for with. Play: toys, balls and
games. Decor: stands about to be looked at."""

HYPERNYMS: dict[str, Use] = {
    "edible_fruit.n.01": "kitchen",
    "edible_nut.n.01": "kitchen",
    "food.n.01": "kitchen",
    "food.n.02": "kitchen",
    "produce.n.01": "kitchen",
    "cooking_utensil.n.01": "kitchen",
    "drinking_vessel.n.01": "kitchen",
    "glass.n.02": "kitchen",
    "kitchen_appliance.n.01": "kitchen",
    "kitchen_utensil.n.01": "kitchen",
    "refrigerator.n.01": "kitchen",
    "tableware.n.01": "kitchen",
    "book.n.02": "desk",
    "computer.n.01": "desk",
    "publication.n.01": "desk",
    "writing.n.02": "desk",
    "writing_implement.n.01": "desk",
    "soap.n.01": "bath",
    "toiletry.n.01": "bath",
    "ball.n.01": "play",
    "game.n.01": "play",
    "plaything.n.01": "play",
    "hand_tool.n.01": "workshop",
    "power_tool.n.01": "workshop",
    "bulb.n.01": "garden",
    "garden_tool.n.01": "garden",
    "plant.n.02": "garden",
    "candle.n.01": "decor",
    "decoration.n.01": "decor",
}
"""The use of all that is below a synset of the taxonomy."""
