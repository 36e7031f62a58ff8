"""Image layers by the rules of the OCI image specification: read, stacked, unpacked, compared.

It runs in builders, on Python's standard library and Debian's zstd alone.
"""
