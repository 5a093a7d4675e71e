"""Find certificates in key stores and other files of any form; keeps no key and guesses no passphrase."""
