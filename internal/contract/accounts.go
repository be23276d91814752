package contract

func peopleActs() []*Act {
	return []*Act{
		act[listPeople](Act{
			Name: "people", Method: "GET", Path: "/people",
			Summary: "Tells the accounts and guests of the house, by name.",
			May:     MayPerson, Class: ClassRead, Scope: ScopeRead, Errors: codes(cInvalid),
		}),
		act[readPerson](Act{
			Name: "person", Method: "GET", Path: "/people/{person}",
			Summary: "Tells one person, and the direct room one has with them.",
			May:     MayPerson, Class: ClassRead, Scope: ScopeRead, Errors: codes(cNotFound),
		}),
		act[readServer](Act{
			Name: "server", Method: "GET", Path: "/server",
			Summary: "Tells what the house is and what it allows, before a login too.",
			May:     MayAnybody, Class: ClassRead,
		}),
	}
}

func loginActs() []*Act {
	return []*Act{
		act[login](Act{
			Name: "login", Method: "POST", Path: "/sessions",
			Summary: "Logs in with a password.",
			Note:    "A wrong name and a wrong password get the same answer in the same time. After 5 wrong tries for an account, or 20 from an address, within 15 minutes one has to wait; a device that has logged in before may go on.",
			May:     MayAnybody, Class: ClassAuth, Errors: codes(cInvalid, cNobody, cForbidden),
		}),
		act[register](Act{
			Name: "register", Method: "POST", Path: "/accounts",
			Summary: "Makes an account and logs in.",
			Note:    "Up to 20 an hour and address. Whether an invitation is needed is in server.",
			May:     MayAnybody, Class: ClassAuth, Errors: codes(cInvalid, cTaken, cConflict, cForbidden, cNotFound, cGone),
		}),
		act[guest](Act{
			Name: "guest", Method: "POST", Path: "/guests",
			Summary: "Comes in with just a nickname. Whoever loses the token loses the name.",
			Note:    "Up to 20 an hour and address. Connecting with {guest} does the same.",
			May:     MayAnybody, Class: ClassAuth, Errors: codes(cInvalid, cTaken, cForbidden, cNotFound, cGone),
		}),
		act[setup](Act{
			Name: "setup", Method: "POST", Path: "/setup",
			Summary: "Makes the first account, which owns the house. The server prints the code when it starts.",
			May:     MayAnybody, Class: ClassAuth, Errors: codes(cInvalid, cForbidden, cNotFound, cTaken, cConflict, cGone),
		}),
		act[resetPassword](Act{
			Name: "password-reset", Method: "POST", Path: "/resets",
			Summary: "Sets a password with a link that an administrator gave, once. All logins end.",
			May:     MayAnybody, Class: ClassAuth, Errors: codes(cInvalid, cNotFound, cGone),
		}),
		act[readInvitation](Act{
			Name: "invitation", Method: "POST", Path: "/invitations/lookup",
			Summary: "Tells what an invitation is for.",
			May:     MayAnybody, Class: ClassAuth, Errors: codes(cNotFound, cGone),
		}),
	}
}

func keyActs() []*Act {
	return []*Act{
		act[logout](Act{
			Name: "logout", Method: "DELETE", Path: "/sessions/current",
			Summary: "Ends this login, and the connections that use it.",
			May:     MayPerson, Class: ClassAct, Scope: ScopeSession,
		}),
		act[upgrade](Act{
			Name: "upgrade", Method: "POST", Path: "/me/account",
			Summary: "Makes an account of a guest, who keeps id, rooms and messages.",
			May:     MayPerson, Class: ClassAuth, Scope: ScopeSession, Errors: codes(cInvalid, cTaken, cForbidden, cConflict),
		}),
		act[changePassword](Act{
			Name: "password-change", Method: "PUT", Path: "/me/password",
			Summary: "Sets another password. All other logins end.", Note: "`conflict`: the login is another site's, which has the password.",
			May: MayAccount, Class: ClassAuth, Scope: ScopeSession, Errors: codes(cInvalid, cNobody, cForbidden, cConflict),
		}),
		act[readSessions](Act{
			Name: "sessions", Method: "GET", Path: "/sessions",
			Summary: "Tells where one is logged in.",
			May:     MayPerson, Class: ClassRead, Scope: ScopeSession,
		}),
		act[revokeSession](Act{
			Name: "session-revoke", Method: "DELETE", Path: "/sessions/{session}",
			Summary: "Ends one login.",
			May:     MayPerson, Class: ClassAct, Scope: ScopeSession, Errors: codes(cNotFound),
		}),
		act[revokeOthers](Act{
			Name: "sessions-revoke-others", Method: "DELETE", Path: "/sessions",
			Summary: "Ends every login but this one.",
			May:     MayPerson, Class: ClassAct, Scope: ScopeSession,
		}),
		act[createToken](Act{
			Name: "token-create", Method: "POST", Path: "/tokens",
			Summary: "Makes a login for a program. The token is told once.",
			Note:    "admin only for those who have that power. A token cannot make tokens.",
			May:     MayAccount, Class: ClassAct, Scope: ScopeSession, Errors: codes(cInvalid, cForbidden),
		}),
		act[readTokens](Act{
			Name: "tokens", Method: "GET", Path: "/tokens",
			Summary: "Tells one's personal tokens, without their secrets.",
			May:     MayAccount, Class: ClassRead, Scope: ScopeSession,
		}),
		act[revokeToken](Act{
			Name: "token-revoke", Method: "DELETE", Path: "/tokens/{token}",
			Summary: "Ends a personal token, and the connections that use it.",
			May:     MayAccount, Class: ClassAct, Scope: ScopeSession, Errors: codes(cNotFound),
		}),
		act[createInvitation](Act{
			Name: "invitation-create", Method: "POST", Path: "/invitations",
			Summary: "Makes a link that lets people into the house, and into a room of it. The code is told once.",
			Note:    "Members where the settings allow it, and administrators.",
			May:     MayAccount, Class: ClassAct, Scope: ScopeWrite, Power: true, Errors: codes(cInvalid, cForbidden, cNotFound),
		}),
		act[readInvitations](Act{
			Name: "invitations", Method: "GET", Path: "/invitations",
			Summary: "Tells the invitations one has made; all of them to administrators.",
			May:     MayAccount, Class: ClassRead, Scope: ScopeRead,
		}),
		act[revokeInvitation](Act{
			Name: "invitation-revoke", Method: "DELETE", Path: "/invitations/{invitation}",
			Summary: "Ends an invitation. Whoever came by it stays.",
			May:     MayAccount, Class: ClassAct, Scope: ScopeWrite, Power: true, Errors: codes(cNotFound, cForbidden),
		}),
	}
}
