"""What charts say, in sentences made from the rows they draw."""
