// Package archtest holds the shape of the repository as text, and tests that
// the files keep to it. A rule is changed here, in the open, or not at all.
//
// The tests read the files themselves. Asking the go command instead would
// let a forbidden import pass from the test cache: the cache notices what a
// test reads, not what a program that it starts reads.
package archtest
