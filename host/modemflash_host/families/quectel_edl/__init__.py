"""Quectel modems that are updated by Sahara and Firehose in EDL: their packages and their ports.

Rule: nothing here writes to a module; this version checks packages, finds ports and copies files.
"""
