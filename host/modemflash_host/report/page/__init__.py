"""A run, and the list of runs, as one HTML file each.

markup        elements, and the frame of a page; the one place where a `<` is written
story         what a capture tells, read once
verdict       what happened, whether the module is safe, what to do next
sections      the module, the plan, versions and system
time_line     the phases, and what was not as usual
rate          bytes a second over time, as a drawing
wire_end      the last of the wire
run_page      the page of a run
history_page  the page of all runs
"""
