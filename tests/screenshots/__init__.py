"""`make screenshots`: the pictures of docs/people, taken of the demo company on a day that is always the same."""
