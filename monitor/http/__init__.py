"""The one HTTP client: bounded in size and time, at addresses that were checked, over verified TLS.

It keeps no cookie, uses no proxy and no login of the environment, repeats no failed request, and sends no
header that may be a credential to another server than the one it was meant for. It must not know what is
asked or what an answer means. ``policy`` and ``request`` are light; ``fetch`` and ``session`` load aiohttp,
which takes half a second: import these where they are used.
"""
