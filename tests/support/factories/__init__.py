"""Values, small worlds of values, and what asks the product about them in short words."""
