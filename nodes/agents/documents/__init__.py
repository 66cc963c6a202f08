"""Read PDF, DOCX, HTML and text files that nobody vouches for; `reading.py` is where to begin."""
