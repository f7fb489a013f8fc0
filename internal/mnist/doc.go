// Package mnist provides the data: images of digits and their labels.
//
// The data come from IDX files, the format of the MNIST database (LeCun, Cortes and
// Burges, 1998), or are drawn by the program itself if MNIST is not available; see
// [Open] and [Synthetic].
//
// Files are not trusted. Sizes are checked before memory is allocated, memory grows
// with what has been read and not with what a header claims, and a file that is a
// byte too short or too long is refused. MNIST is recognised by the SHA-256 of its
// content at every load.
package mnist
