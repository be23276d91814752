package contract

func messageActs() []*Act {
	return []*Act{
		later[sendMessage](Act{
			Name: "message-send", Method: "POST", Path: "/rooms/{room}/messages",
			Summary: "Says something in a room. The ack comes when the message is kept for good.",
			Note:    "Nobody who is muted, and nobody in an archived room. In announcement rooms moderators begin and members answer in threads. In a direct room not to somebody who has blocked one. The same id is one message, however often it is sent: whoever gets no ack sends again with the same id.",
			May:     MayMember, Class: ClassSend, Scope: ScopeWrite,
			Errors: codes(cInvalid, cForbidden, cNotFound, cIDTaken, cGone),
		}),
		act[editMessage](Act{
			Name: "message-edit", Method: "PATCH", Path: "/rooms/{room}/messages/{seq}",
			Summary: "Changes what a message says.",
			May:     MayAuthor, Class: ClassSend, Scope: ScopeWrite,
			Errors: codes(cInvalid, cForbidden, cNotFound, cIDTaken, cGone),
		}),
		act[deleteMessage](Act{
			Name: "message-delete", Method: "DELETE", Path: "/rooms/{room}/messages/{seq}",
			Summary: "Deletes a message: its text and those of its edits are erased from the store. Its place stays.",
			Note:    "Moderators may delete what others wrote, which is in the audit log.",
			May:     MayAuthor, Class: ClassAct, Scope: ScopeWrite, Power: true, noted: true,
			Errors: codes(cForbidden, cNotFound, cIDTaken, cGone),
		}),
		act[reactMessage](Act{
			Name: "message-react", Method: "PUT", Path: "/rooms/{room}/messages/{seq}/reactions/{emoji}",
			Summary: "Puts an emoji on a message.",
			Note:    "Where it is already, nothing changes: whoever sends again gets the answer of the first time, and with another id it is the end of the room.",
			May:     MayMember, Class: ClassAct, Scope: ScopeWrite,
			Errors: codes(cInvalid, cForbidden, cNotFound, cIDTaken, cGone),
		}),
		act[unreactMessage](Act{
			Name: "message-unreact", Method: "DELETE", Path: "/rooms/{room}/messages/{seq}/reactions/{emoji}",
			Summary: "Takes one's own emoji off a message.",
			Note:    "Where there is none, nothing changes, and the answer is as for message-react.",
			May:     MayMember, Class: ClassAct, Scope: ScopeWrite,
			Errors: codes(cInvalid, cForbidden, cNotFound, cIDTaken, cGone),
		}),
		act[pinMessage](Act{
			Name: "message-pin", Method: "PUT", Path: "/rooms/{room}/pins/{seq}",
			Summary: "Pins a message, so that everybody finds it.",
			Note:    "In direct rooms and groups every member may. Where it is pinned already, nothing changes, and the answer is as for message-react.",
			May:     MayModerator, Class: ClassAct, Scope: ScopeWrite,
			Errors: codes(cForbidden, cNotFound, cIDTaken, cGone, cConflict),
		}),
		act[unpinMessage](Act{
			Name: "message-unpin", Method: "DELETE", Path: "/rooms/{room}/pins/{seq}",
			Summary: "Takes a pin away.",
			Note:    "In direct rooms and groups every member may. Where there is none, nothing changes, and the answer is as for message-react.",
			May:     MayModerator, Class: ClassAct, Scope: ScopeWrite,
			Errors: codes(cForbidden, cNotFound, cIDTaken, cGone),
		}),
		act[readMessage](Act{
			Name: "message", Method: "GET", Path: "/rooms/{room}/messages/{seq}",
			Summary: "Tells one message as it is now.",
			May:     MayReader, Class: ClassRead, Scope: ScopeRead, Errors: codes(cNotFound, cForbidden),
		}),
		act[messageVersions](Act{
			Name: "message-versions", Method: "GET", Path: "/rooms/{room}/messages/{seq}/versions",
			Summary: "Tells every text that a message has had. A deleted message has none: not-found.",
			May:     MayReader, Class: ClassRead, Scope: ScopeRead, Errors: codes(cNotFound, cForbidden),
		}),
		act[history](Act{
			Name: "history", Method: "GET", Path: "/rooms/{room}/messages",
			Summary: "Tells a part of a room's timeline: the newest, or what is before, after or around a number.",
			Note:    "Messages come as they are now, deleted ones as empty places. Of the other entries those are items that fold into no message, and pin. Replies in threads are not among them: `thread` tells those. Public and announcement rooms and the lobby can be read by every account without joining; guests read where they have joined.",
			May:     MayReader, Class: ClassRead, Scope: ScopeRead, Errors: codes(cInvalid, cNotFound, cForbidden),
		}),
		act[readThread](Act{
			Name: "thread", Method: "GET", Path: "/rooms/{room}/threads/{seq}",
			Summary: "Tells a part of a thread, and the message that began it.",
			Note:    "Deleted replies are among them, as empty places.",
			May:     MayReader, Class: ClassRead, Scope: ScopeRead, Errors: codes(cNotFound, cForbidden),
		}),
		act[readPins](Act{
			Name: "pins", Method: "GET", Path: "/rooms/{room}/pins",
			Summary: "Tells up to 100 pinned messages.",
			May:     MayReader, Class: ClassRead, Scope: ScopeRead, Errors: codes(cNotFound, cForbidden),
		}),
		act[report](Act{
			Name: "report", Method: "POST", Path: "/reports",
			Summary: "Tells the administrators that a message should not be there. They see a copy of it.",
			May:     MayReader, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cInvalid, cNotFound, cForbidden, cGone, cIDTaken),
		}),
	}
}
