"""What the pages need of npm."""
