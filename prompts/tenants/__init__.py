"""The tenants that ship with Laneway: folders of files, no code."""
