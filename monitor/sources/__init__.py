"""The kinds of things we can look at; each file is one kind, and a look returns sightings and failures."""
