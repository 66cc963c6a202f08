"""What Laneway counts about itself, for whoever runs it."""
