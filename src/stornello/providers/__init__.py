"""Engines behind the seams: one folder a seam. A provider only translates; retry and backoff live outside."""
