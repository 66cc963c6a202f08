"""What is measured: small functions on arrays, each with the source of its formula."""
