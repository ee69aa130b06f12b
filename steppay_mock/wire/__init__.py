"""What goes over the wire: headers and signature."""
