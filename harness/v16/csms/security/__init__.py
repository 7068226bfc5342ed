"""What the security cases work with: certificates, keys, and the longer conversations about them."""
