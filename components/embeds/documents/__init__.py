"""The document that an article embeds: complete without a script, a server or another file."""
