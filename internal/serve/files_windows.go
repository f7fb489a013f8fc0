package serve

// maxFiles returns how many files this process may have open: on Windows, there is no
// limit that a server could reach.
func maxFiles() uint64 { return 1 << 20 }
