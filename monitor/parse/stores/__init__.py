"""Find certificates in key stores and other files of any format; keeps no key and guesses no passphrase."""
