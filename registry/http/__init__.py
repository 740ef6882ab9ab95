"""What both doors of HTTP share: failures of the conversation itself, and how uploads are read."""
