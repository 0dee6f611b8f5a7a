"""Many boards: which ones, in which order, each in a process of its own, one table for all."""
