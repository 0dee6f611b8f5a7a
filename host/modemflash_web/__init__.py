"""The page: the host package in a browser, and what builds and serves it on a PC.

    page/       what the browser gets as it stands: markup, style, and the JavaScript of page, worker and port
    inside/     the Python that runs in the browser, beside the host package
    build.py    puts page, interpreter and packages into one folder of static files
    serve.py    serves that folder on this computer alone

Rules: the page is a third home of the same program, not a second program: what it says about a module, a
plan or an error comes from `modemflash_host`; no file leaves the computer.
"""
