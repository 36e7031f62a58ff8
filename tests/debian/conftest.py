"""These tests load images while others run beside them."""

from __future__ import annotations

from own_images import own_images

__all__ = ["own_images"]
