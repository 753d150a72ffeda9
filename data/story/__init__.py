"""A folder becomes a Story, or every fault it has."""
