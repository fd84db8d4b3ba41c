"""SQL as people use it: queries, export, the data dictionary, grants, and the schema itself."""
