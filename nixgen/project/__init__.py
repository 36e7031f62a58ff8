"""From definitions to the files of a project."""
