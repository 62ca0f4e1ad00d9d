"""Our environment as LeRobot's evaluation expects one."""
