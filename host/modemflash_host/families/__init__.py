"""The families of modules: each a folder, all with the contract of `contract.py`."""
