"""A bill in a few plain sentences, to be read aloud at the window. Pure: it looks only at stored rows."""
