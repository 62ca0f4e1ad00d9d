"""The compiled MuJoCo model of a scene, and what is read from it: rest, contacts, sight."""
