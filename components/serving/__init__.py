"""How the one process serves a crowd: what is made ready at its start, how bytes are packed, what it says of itself."""
