// Package fleet is hundreds of whole clients in many rooms: for measuring a
// server, and for tests that break one. It remembers what was acknowledged,
// and in the end holds everybody's views against each other and against what
// the server tells somebody who has just come.
package fleet
