"""What runs in the browser beside the host package: link, store, screen and jobs of the page."""
