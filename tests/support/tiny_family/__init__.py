"""A second family, as small as one can be: a device of one command, and one type of file.

The device answers `V` with its version and `W` and two bytes of length with
what it then runs; a file is `TINY`, a version in digits, and 64 bytes. It shows
that everything beside a family's own folder serves any family.
"""
