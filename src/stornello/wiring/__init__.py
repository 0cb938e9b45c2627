"""The composition root: settings -> providers -> services. It alone names concrete providers.

A module a service, imported when that service is built: a song's child process does not pay for the DJ.
"""
