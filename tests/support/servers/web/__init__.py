"""Web servers, receivers over HTTP, and browsers that visit our pages."""
