"""What selling needs from outside, and the shop's rules, apart from what is said about them."""
