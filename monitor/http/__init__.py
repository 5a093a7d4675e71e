"""The one HTTP client: bounded in size and time, restricted to checked addresses, over verified TLS.

It keeps no cookies, ignores proxies and credentials in the environment, does not retry, and sends no header
that may be a credential to any server but the intended one. It knows nothing of what requests and responses
mean. ``policy`` and ``request`` are light; ``fetch`` and ``session`` load aiohttp,
which takes half a second: import these where they are used.
"""
