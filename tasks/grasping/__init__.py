"""How the hand can take hold: grasps, handles, and contacts on panels."""
