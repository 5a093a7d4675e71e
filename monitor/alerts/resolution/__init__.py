"""What became of alerts that nothing shows any more: resolved, renewed, gone, or not known yet; pure."""
