"""What builders build with: drafts, meshes, materials, fittings and collision pieces."""
