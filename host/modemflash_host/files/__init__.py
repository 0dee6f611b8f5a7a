"""What the user points at, as checked files that stay what they were."""
