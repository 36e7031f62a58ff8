"""What the embedded package sets need from Python before Nix can use them."""
