"""How well our methods do beside other recipes, on nights whose truth is known because they are made up."""
