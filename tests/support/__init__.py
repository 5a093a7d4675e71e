"""What tests of several rooms share; README.md is the map. It holds no tests."""
