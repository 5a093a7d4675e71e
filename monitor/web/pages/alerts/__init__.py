"""The page of one alert, and the one that a mail leads to, with forms that acknowledge or silence it."""
