"""The family of Quectel's GNSS modules."""
