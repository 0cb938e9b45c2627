"""Everything that touches the venue's disk. The files here decide what happens next."""
