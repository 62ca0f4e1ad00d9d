"""The rasteriser: MuJoCo's visual models through OpenGL, off screen."""
