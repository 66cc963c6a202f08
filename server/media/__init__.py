"""Customers' files: fetched from their channel, checked, kept for a time, handed out."""
