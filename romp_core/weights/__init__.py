"""Weight and body files that the user downloads or chooses: names and addresses, folders, downloads, verification."""
