"""What is stored about people: told to them, forgotten when its time is over, erased when they ask."""
