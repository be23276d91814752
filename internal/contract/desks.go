package contract

func deskActs() []*Act {
	return []*Act{
		act[markRead](Act{
			Name: "read", Method: "PUT", Path: "/rooms/{room}/read",
			Summary: "Says how far one has read. It never goes back, and it is told to one's other devices.",
			Note:    "Whoever writes in the timeline has read up to there.",
			May:     MayMember, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cInvalid, cForbidden, cNotFound),
		}),
		act[readReceipts](Act{
			Name: "receipts", Method: "GET", Path: "/rooms/{room}/receipts",
			Summary: "Tells who has read a message, of those who show it; in rooms of up to 100 people.",
			May:     MayMember, Class: ClassRead, Scope: ScopeRead, Errors: codes(cForbidden, cNotFound),
		}),
		act[save](Act{
			Name: "save", Method: "PUT", Path: "/saved/{room}/{seq}",
			Summary: "Keeps a message for oneself.",
			May:     MayReader, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cForbidden, cNotFound, cGone),
		}),
		act[unsave](Act{
			Name: "unsave", Method: "DELETE", Path: "/saved/{room}/{seq}",
			Summary: "Does not keep it any more.",
			May:     MayPerson, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cForbidden, cNotFound),
		}),
		act[readSaved](Act{
			Name: "saved", Method: "GET", Path: "/saved",
			Summary: "Tells the messages one has saved, of rooms one still may read.",
			Note:    "One that has been deleted since is among them as an empty place.",
			May:     MayPerson, Class: ClassRead, Scope: ScopeRead, Errors: codes(cInvalid),
		}),
		act[readMentions](Act{
			Name: "mentions", Method: "GET", Path: "/mentions",
			Summary: "Tells the messages that name one.",
			Note:    "What calls everybody in a room counts in its mentions, and is not among them.",
			May:     MayPerson, Class: ClassRead, Scope: ScopeRead, Errors: codes(cInvalid),
		}),
		act[readThreads](Act{
			Name: "threads", Method: "GET", Path: "/threads",
			Summary: "Tells the threads one follows: began, wrote in, was named in, or follows by choice.",
			Note:    "Up to 500: of more, those one had a part in longest ago are not followed any more.",
			May:     MayPerson, Class: ClassRead, Scope: ScopeRead, Errors: codes(cInvalid),
		}),
		act[follow](Act{
			Name: "thread-follow", Method: "PUT", Path: "/rooms/{room}/threads/{seq}/follow",
			Summary: "Follows a thread.",
			May:     MayReader, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cForbidden, cNotFound),
		}),
		act[unfollow](Act{
			Name: "thread-unfollow", Method: "DELETE", Path: "/rooms/{room}/threads/{seq}/follow",
			Summary: "Does not follow a thread any more.",
			May:     MayPerson, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cForbidden, cNotFound),
		}),
		act[block](Act{
			Name: "block", Method: "PUT", Path: "/blocks/{person}",
			Summary: "Blocks somebody: they cannot write to one directly, nor call one by name, and clients fold away what they say in rooms.",
			May:     MayPerson, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cInvalid, cNotFound),
		}),
		act[unblock](Act{
			Name: "unblock", Method: "DELETE", Path: "/blocks/{person}",
			Summary: "Takes a block away.",
			May:     MayPerson, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cNotFound),
		}),
		act[readBlocked](Act{
			Name: "blocked", Method: "GET", Path: "/blocks",
			Summary: "Tells whom one has blocked.",
			May:     MayPerson, Class: ClassRead, Scope: ScopeRead,
		}),
		act[readMe](Act{
			Name: "me", Method: "GET", Path: "/me",
			Summary: "Tells who one is.",
			May:     MayPerson, Class: ClassRead, Scope: ScopeRead,
		}),
		act[changeProfile](Act{
			Name: "profile-change", Method: "PATCH", Path: "/me",
			Summary: "Changes one's name, status or e-mail address. Fields that are absent stay.",
			May:     MayPerson, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cInvalid, cTaken, cForbidden, cConflict),
		}),
		act[changePrefs](Act{
			Name: "prefs-change", Method: "PATCH", Path: "/me/prefs",
			Summary: "Changes what one has set for all devices. Fields that are absent stay.",
			May:     MayPerson, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cInvalid),
		}),
		act[setState](Act{
			Name: "state-set", Method: "PUT", Path: "/me/state",
			Summary: "Says that one is here, away, or not to be disturbed.",
			Note:    "Of several devices the most awake one counts. dnd stays until it is changed. Over HTTP only dnd and its end have an effect: there is no device that could be away.",
			May:     MayPerson, Class: ClassSignal, Scope: ScopeWrite, Errors: codes(cInvalid),
		}),
		act[typing](Act{
			Name:    "typing",
			Summary: "Says that one is writing. It is dropped without a word where it is too much, and never acknowledged.",
			May:     MayMember, Class: ClassSignal, Scope: ScopeWrite, Silent: true,
		}),
	}
}
