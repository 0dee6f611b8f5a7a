"""The simulated modem and its doors; it ships with the product."""
