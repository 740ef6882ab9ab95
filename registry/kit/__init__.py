"""What every slice needs and what knows nothing of municipalities."""
