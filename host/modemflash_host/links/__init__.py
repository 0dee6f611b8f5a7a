"""Serial links: which there are, how one is opened, and why not."""
