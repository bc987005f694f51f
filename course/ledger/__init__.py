"""Published numbers, their exact values, and Monte Carlo errors."""
