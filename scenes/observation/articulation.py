"""How far the doors, drawers and lids of a matched asset stand open."""

from __future__ import annotations

from dataclasses import replace

from ...schemas import Joint
from .evidence import Evidence, energies
from .matching import Match, nudged, polish
from .surfaces import Shares, Skin, positions

SHARES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0)
"""Openings that are tried."""
FINE = (-0.08, -0.04, 0.04, 0.08)
SWEEPS = 2
CLEARER = 0.97
"""A joint counts as open only where that lowers the misfit to this share or less."""


def opened(skin: Skin, match: Match, evidence: Evidence) -> Match:
    """The match with its joints where the view shows them.

    One joint after the other is set to the opening that explains the view best, then the pose
    is refined, twice over.
    """
    best = match
    for _ in range(SWEEPS if skin.asset.joints else 0):
        for joint in skin.asset.joints:
            best = _set(skin, best, evidence, joint, SHARES)
            now = dict(best.shares).get(joint.name, 0.0)
            best = _set(skin, best, evidence, joint, tuple(now + step for step in FINE))
        best = polish(skin.posed(positions(skin.asset, dict(best.shares))), best, evidence)
    for name, _ in best.shares:
        best = _closed(skin, best, evidence, name)
    return best


def _set(
    skin: Skin, match: Match, evidence: Evidence, joint: Joint, trials: tuple[float, ...]
) -> Match:
    """The best of some openings of one joint, or the one it has."""
    best = match
    for share in trials:
        if 0.0 <= share <= 1.0:
            others = tuple(pair for pair in match.shares if pair[0] != joint.name)
            best = min(
                best,
                _with(skin, match, evidence, (*others, (joint.name, round(share, 3)))),
                key=lambda found: found.energy,
            )
    return best


def _closed(skin: Skin, match: Match, evidence: Evidence, name: str) -> Match:
    """A joint closed where that explains the view almost as well."""
    rest = tuple(pair for pair in match.shares if pair[0] != name)
    closed = _with(skin, match, evidence, rest)
    return closed if CLEARER * closed.energy < match.energy else match


def _with(skin: Skin, match: Match, evidence: Evidence, shares: Shares) -> Match:
    """The match with other openings."""
    shares = tuple(pair for pair in sorted(shares) if pair[1] > 0.0)
    surface = skin.posed(positions(skin.asset, dict(shares)))
    energy = float(energies(surface, match.pose[None], evidence)[0])
    return nudged(surface, replace(match, shares=shares, energy=energy), evidence)
