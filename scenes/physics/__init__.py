"""Physics that varies by scene: drawn once, stored in the scene, applied to its model."""
