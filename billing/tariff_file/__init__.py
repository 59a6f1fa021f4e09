"""Price decisions as files hold them: read, taken apart, and every fault named by its place."""
