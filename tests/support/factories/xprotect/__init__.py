"""XProtect sites, asked as the daemon asks them."""
