"""Simulated devices: modems, boards, and the endpoints through which programs reach them."""
