// Package auth says who somebody is: accounts and guests, passwords, sessions,
// personal tokens, tokens of other sites, invitations, and who may run the
// server. What people may do in rooms is package chat's.
//
// # Records
//
// Everything is on one shelf, "accounts", so that one commit can claim a name
// and make the account that has it:
//
//	account/<person>             accountRecord
//	name/<key>, look/<skeleton>  the person who has the name, see claim
//	email/<folded>               the person who has the address
//	session/<hash>               sessionRecord
//	sessions/<person>/<id>       <hash>
//	logins/<person>              how many sessions were ever opened: the fence
//	                             between opening one and ending all
//	seen/<person>                Unix milliseconds, to the hour
//	token/<hash>                 tokenRecord
//	tokens/<person>/<id>         <hash>
//	invite/<hash>                inviteRecord
//	used/<hash>                  how often the invitation was used
//	reset/<hash>                 resetRecord
//	resets/<person>              <hash>
//	known/<hash>                 knownRecord: a device that has logged out
//	tries/<hash>                 when passwords were tried, see attempts
//	setup/<hash>                 when the set-up code was made
//	owner                        the first owner: set-up is over
//	owners/<person>              "1"
//	settings                     Settings
//	count                        how many accounts and guests there are
//	collect                      how far the Collector is
//
// <hash> is the SHA-256 of a token or code, which itself is never kept; <id> is
// its beginning and names the session or token to people.
package auth
