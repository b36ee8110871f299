"""A network from elsewhere as affine maps and functions of one number, and what is proved of it."""
