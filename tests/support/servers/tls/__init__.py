"""The other end of a handshake: real and rude TLS servers, odd chains, and proxies on the way."""
