"""What is wrong with an image or a layer."""

from __future__ import annotations


class ImageError(Exception):
    """An image or a layer that cannot be used; the message says which, why, and what to do."""
