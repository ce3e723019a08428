"""The face for CDP clients: authorise, claim, join. It decides about bytes and never touches them."""
