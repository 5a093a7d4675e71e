"""The calendar of expiries that people subscribe to: its text, and whom it is answered."""
