"""Physics that varies from scene to scene: drawn once, stored in the scene, applied when compiled."""
