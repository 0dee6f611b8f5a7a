"""What runs in the browser beside the host package: its link, its store, its words on the screen, its jobs."""
