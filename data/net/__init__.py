"""The one polite session with the outside: cached, paced, bounded."""
