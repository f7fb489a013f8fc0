// Package bundle holds the script that checks the program on a machine with a GPU, and its tests.
package bundle
