"""The update engine on a GPy, FiPy or G01: hardware, card, start-up, and the verbs for the REPL.

Rules: only this package imports a board's modules; features are tested for,
releases never; the modem belongs to `uart`, and nothing here calls `LTE()`.
"""
