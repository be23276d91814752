// Package faults kills nodes and stores of the real program while clients
// talk, and then checks from the clients' side that every promise held:
//
//   - every acknowledged message is in the history exactly once, at the place
//     its ack named, with the fingerprint its ack named (P1, P3);
//   - the history is numbered without holes and its chain is unbroken (P2);
//   - what a connection was told live is a stretch of the history without
//     holes or repeats (P4);
//   - each sender's messages are in the order they were sent.
//
// The short form runs with `make test`, the long one with `make faults`
// (CAUSERIE_FAULTS=long).
package faults
