"""How well searches are stitched, against other recipes, on nights whose truth is known because they are made up."""
