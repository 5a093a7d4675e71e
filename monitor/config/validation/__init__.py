"""What is wrong with the files of a configuration, in words."""
