"""Dialogues before TLS over memory: answers of servers, and what plays them."""
