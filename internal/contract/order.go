package contract

func orderActs() []*Act {
	overSomebody := codes(cInvalid, cForbidden, cNotFound, cConflict)
	return []*Act{
		act[changeRole](Act{
			Name: "person-role", Method: "PUT", Path: "/people/{person}/role",
			Summary: "Makes somebody owner, administrator, member or guest of the house.",
			Note:    "Administrators choose between member and guest; owners between all. The last owner stays one.",
			May:     MayAdmin, Class: ClassAct, Scope: ScopeAdmin, Power: true, Errors: overSomebody,
		}),
		act[disable](Act{
			Name: "person-disable", Method: "PUT", Path: "/people/{person}/disabled",
			Summary: "Closes an account: its logins and tokens end, its connections close within two seconds. What was written stays.",
			Note:    "Not of people with a higher role.",
			May:     MayAdmin, Class: ClassAct, Scope: ScopeAdmin, Power: true, Errors: overSomebody,
		}),
		act[enable](Act{
			Name: "person-enable", Method: "DELETE", Path: "/people/{person}/disabled",
			Summary: "Opens a closed account again.",
			May:     MayAdmin, Class: ClassAct, Scope: ScopeAdmin, Power: true, Errors: overSomebody,
		}),
		act[kick](Act{
			Name: "person-kick", Method: "POST", Path: "/people/{person}/kick",
			Summary: "Ends all logins of a person, who may log in again.",
			May:     MayAdmin, Class: ClassAct, Scope: ScopeAdmin, Power: true, Errors: overSomebody,
		}),
		act[purge](Act{
			Name: "person-purge", Method: "DELETE", Path: "/people/{person}/messages",
			Summary: "Deletes all messages of a person, in one room or everywhere.",
			Note:    "In one room its moderators may; everywhere only administrators.",
			May:     MayModerator, Class: ClassAct, Scope: ScopeWrite, Power: true, Errors: overSomebody,
		}),
		act[reset](Act{
			Name: "person-reset", Method: "POST", Path: "/people/{person}/reset",
			Summary: "Makes a link with which a person chooses a new password, once.",
			May:     MayAdmin, Class: ClassAct, Scope: ScopeAdmin, Power: true, Errors: overSomebody,
		}),
		act[readReports](Act{
			Name: "reports", Method: "GET", Path: "/reports",
			Summary: "Tells what people have complained of.",
			May:     MayAdmin, Class: ClassRead, Scope: ScopeAdmin, Errors: codes(cInvalid, cForbidden),
		}),
		act[resolveReport](Act{
			Name: "report-resolve", Method: "POST", Path: "/reports/{report}",
			Summary: "Decides a report.",
			May:     MayAdmin, Class: ClassAct, Scope: ScopeAdmin, Power: true, noted: true, Errors: overSomebody,
		}),
		act[readSettings](Act{
			Name: "settings", Method: "GET", Path: "/settings",
			Summary: "Tells the settings of the house.",
			May:     MayAdmin, Class: ClassRead, Scope: ScopeAdmin, Errors: codes(cForbidden),
		}),
		act[changeSettings](Act{
			Name: "settings-change", Method: "PATCH", Path: "/settings",
			Summary: "Changes the settings of the house. Fields that are absent stay.",
			May:     MayAdmin, Class: ClassAct, Scope: ScopeAdmin, Power: true, Errors: codes(cInvalid, cForbidden, cConflict),
		}),
		act[readAudit](Act{
			Name: "audit", Method: "GET", Path: "/audit",
			Summary: "Tells the acts of power: who did what, to whom, where and why.",
			Note:    "A part of what a filter picks can hold fewer than limit, or none, and still have next.",
			May:     MayAdmin, Class: ClassRead, Scope: ScopeAdmin, Errors: codes(cInvalid, cForbidden, cNotFound),
		}),
		act[listRooms](Act{
			Name: "rooms-all", Method: "GET", Path: "/admin/rooms",
			Summary: "Tells every room there is, the lobby first, and nothing of what is said in private ones.",
			May:     MayAdmin, Class: ClassRead, Scope: ScopeAdmin, Errors: codes(cInvalid, cForbidden),
		}),
	}
}
