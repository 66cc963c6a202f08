"""Selling: finding products, the cart, checking out, orders."""
