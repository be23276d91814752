package contract

func roomActs() []*Act {
	return []*Act{
		act[createRoom](Act{
			Name: "room-create", Method: "POST", Path: "/rooms",
			Summary: "Makes a room and joins it as its owner.",
			Note:    "Announcement rooms are made by administrators.",
			May:     MayAccount, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cInvalid, cForbidden, cConflict, cIDTaken),
		}),
		act[openDirect](Act{
			Name: "room-direct", Method: "POST", Path: "/directs",
			Summary: "Opens the direct room with one person, or makes a group with several.",
			Note:    "The direct room of two people is always the same one. Guests answer where somebody else has begun. Not with somebody who has blocked one.",
			May:     MayPerson, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cInvalid, cForbidden, cNotFound),
		}),
		act[readRoom](Act{
			Name: "room", Method: "GET", Path: "/rooms/{room}",
			Summary: "Tells one room as one sees it. Whoever is invited may ask too.",
			May:     MayReader, Class: ClassRead, Scope: ScopeRead, Errors: codes(cNotFound, cForbidden),
		}),
		act[readRooms](Act{
			Name: "rooms", Method: "GET", Path: "/rooms",
			Summary: "Tells the rooms one is in or invited to.",
			May:     MayPerson, Class: ClassRead, Scope: ScopeRead,
		}),
		act[browseRooms](Act{
			Name: "room-browse", Method: "GET", Path: "/directory/rooms",
			Summary: "Tells the public and announcement rooms, by name.",
			May:     MayPerson, Class: ClassRead, Scope: ScopeRead, Errors: codes(cInvalid),
		}),
		act[changeRoom](Act{
			Name: "room-change", Method: "PATCH", Path: "/rooms/{room}",
			Summary: "Changes what a room is. Fields that are absent stay.",
			Note:    "Topic and description: moderators may. A group: every member may rename it. Archiving is in the audit log.",
			May:     MayRoomOwner, Class: ClassAct, Scope: ScopeWrite, Power: true, noted: true,
			Errors: codes(cInvalid, cForbidden, cNotFound, cConflict, cIDTaken),
		}),
		act[joinRoom](Act{
			Name: "room-join", Method: "POST", Path: "/rooms/{room}/join",
			Summary: "Joins a room.",
			Note:    "Public and announcement rooms: whoever is not banned; guests only public ones. Private rooms: whoever is invited. Whoever is in already stays in.",
			May:     MayPerson, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cForbidden, cNotFound, cConflict, cIDTaken),
		}),
		act[leaveRoom](Act{
			Name: "room-leave", Method: "POST", Path: "/rooms/{room}/leave",
			Summary: "Leaves a room, or declines an invitation.",
			Note:    "When the last owner leaves, the moderator who has been there longest becomes owner, or else the member who has. Nobody leaves the lobby.",
			May:     MayMember, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cForbidden, cNotFound, cIDTaken),
		}),
		act[prefRoom](Act{
			Name: "room-prefs", Method: "PATCH", Path: "/rooms/{room}/prefs",
			Summary: "Sets whether a room is a favourite, and what one wants to be told of.",
			May:     MayMember, Class: ClassAct, Scope: ScopeWrite, Errors: codes(cInvalid, cForbidden, cNotFound),
		}),
	}
}

func memberActs() []*Act {
	overSomebody := codes(cInvalid, cForbidden, cNotFound, cConflict, cIDTaken)
	return []*Act{
		act[readMembers](Act{
			Name: "members", Method: "GET", Path: "/rooms/{room}/members",
			Summary: "Tells who is in a room.",
			May:     MayReader, Class: ClassRead, Scope: ScopeRead, Errors: codes(cInvalid, cForbidden, cNotFound),
		}),
		act[invite](Act{
			Name: "room-invite", Method: "PUT", Path: "/rooms/{room}/members/{person}",
			Summary: "Invites somebody, who then sees the room and may join it. In a group the person is in at once.",
			Note:    "Private and announcement rooms: moderators. Public rooms and groups: every member.",
			May:     MayMember, Class: ClassAct, Scope: ScopeWrite, Errors: overSomebody,
		}),
		act[removeMember](Act{
			Name: "room-remove", Method: "DELETE", Path: "/rooms/{room}/members/{person}",
			Summary: "Puts somebody out of a room, or withdraws an invitation. They may come back.",
			Note:    "Only people of a lower rank.",
			May:     MayModerator, Class: ClassAct, Scope: ScopeWrite, Power: true, noted: true, Errors: overSomebody,
		}),
		act[ban](Act{
			Name: "room-ban", Method: "PUT", Path: "/rooms/{room}/bans/{person}",
			Summary: "Puts somebody out of a room, and keeps them out. In the lobby too.",
			Note:    "Only people of a lower rank.",
			May:     MayModerator, Class: ClassAct, Scope: ScopeWrite, Power: true, noted: true, Errors: overSomebody,
		}),
		act[unban](Act{
			Name: "room-unban", Method: "DELETE", Path: "/rooms/{room}/bans/{person}",
			Summary: "Lets somebody come back who was banned.",
			May:     MayModerator, Class: ClassAct, Scope: ScopeWrite, Power: true, noted: true, Errors: overSomebody,
		}),
		act[readBans](Act{
			Name: "room-bans", Method: "GET", Path: "/rooms/{room}/bans",
			Summary: "Tells who is banned from a room.",
			May:     MayModerator, Class: ClassRead, Scope: ScopeRead, Errors: codes(cForbidden, cNotFound),
		}),
		act[mute](Act{
			Name: "room-mute", Method: "PUT", Path: "/rooms/{room}/mutes/{person}",
			Summary: "Keeps somebody from writing in a room for a time.",
			Note:    "Only people of a lower rank.",
			May:     MayModerator, Class: ClassAct, Scope: ScopeWrite, Power: true, noted: true, Errors: overSomebody,
		}),
		act[unmute](Act{
			Name: "room-unmute", Method: "DELETE", Path: "/rooms/{room}/mutes/{person}",
			Summary: "Lets somebody write again before the time is over.",
			May:     MayModerator, Class: ClassAct, Scope: ScopeWrite, Power: true, noted: true, Errors: overSomebody,
		}),
		act[rankMember](Act{
			Name: "room-rank", Method: "PUT", Path: "/rooms/{room}/ranks/{person}",
			Summary: "Makes somebody owner, moderator or plain member of a room.",
			May:     MayRoomOwner, Class: ClassAct, Scope: ScopeWrite, Power: true, noted: true, Errors: overSomebody,
		}),
	}
}
