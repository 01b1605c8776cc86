"""Beyond one machine: a run whose requests are sent by workers of Locust, and told together by its master.

What is known without a socket (shares, counts, what is outstanding, the merged summary) stands in modules that load
neither Locust nor gevent. Those two replace the sockets of the process that imports them, so `user`, `sender`,
`worker`, `master` and `locustfile` are for a locustfile only: nothing else here imports them.
"""
