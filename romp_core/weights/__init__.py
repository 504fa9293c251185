"""Weight and body files that the user downloads or brings: which there are, where they lie, whether they are whole."""
