"""What becomes lines, colours, tables and commands; it words nothing anew."""
