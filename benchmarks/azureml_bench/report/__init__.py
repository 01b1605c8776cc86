"""What is made of a summary and its samples, one module each form."""
