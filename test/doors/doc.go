// Package doors tries both doors of the real program from outside, as somebody
// does who has only read docs/events.md and docs/openapi.json: what is refused,
// counted and limited, what ends a login, and what must be in no log.
package doors
