"""Reports in Markdown, in Spanish and English."""
