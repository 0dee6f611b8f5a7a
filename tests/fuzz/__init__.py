"""Fuzz targets: one per parser of foreign bytes."""
