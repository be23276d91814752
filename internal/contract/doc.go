// Package contract is what clients may ask of the house and what they are told:
// every act and every event once, with its form, who may do it and how it is
// done. Two doors serve the table: package realtime as Socket.IO events of the
// namespace /chat, package httpapi as routes under /api/v1. The reference pages
// are printed from it, so that they cannot say anything else.
//
// Rules are not here: what a person may do in a room is decided by package
// chat, and who a person is by package auth. The table only repeats it for
// readers, and checks what can be seen without looking: whether there is a
// login, what a token is good for, and roles that count in the whole house.
package contract
