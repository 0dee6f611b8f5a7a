"""What support needs: one zip of a run, and the list of the last runs.

environment  versions, system, and the driver behind a port
bundle       the zip
history      the runs as rows
"""
