"""Services: what a city offers to others for reuse, and how it is found."""
