"""The pages about one certificate, target, site or discovery."""
