"""Plans over HTTP and in workers: the verbs of runs, who takes them, what is kept of them."""
