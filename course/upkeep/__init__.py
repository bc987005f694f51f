"""What keeps the project in shape: package versions."""
