"""From one RGB-D view with instance masks to a SceneSpec."""
