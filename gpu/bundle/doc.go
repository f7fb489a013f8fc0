// Package bundle holds what is carried to a machine with a GPU, to check it there.
package bundle
