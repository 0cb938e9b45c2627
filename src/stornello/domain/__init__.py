"""The words of the house and its pure rules. Standard library only, no disk, no clock."""
