// Package realtime is the door of the chat that speaks Socket.IO: it turns
// events into calls of package chat and what chat tells into events. Rules live
// in chat; this package knows names, payloads and who hears what.
package realtime
