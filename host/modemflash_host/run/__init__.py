"""One run, from the request to the result: confirm, stop requests, result, exit code."""
