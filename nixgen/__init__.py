"""Container images described in Python, built by Nix."""

__version__ = "0.1.0"
