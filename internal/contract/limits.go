package contract

import "github.com/causerie-chat/causerie/internal/chat"

const (
	// DefaultPage is how many lines a list has when nobody says, MaxPage the
	// most that can be asked for.
	DefaultPage = 50
	MaxPage     = 200
	// MaxResume is how many missed entries of one room are told one by one; who
	// missed more begins anew with a page.
	MaxResume = 1000
	// MaxOnline is how many people welcome tells the states of.
	MaxOnline = 500
)

// Limits are the bounds that a client should know before the server refuses.
// Lengths count Unicode code points.
type Limits struct {
	Message             int     `json:"message" doc:"Longest text of a message." eg:"4000"`
	Nickname            int     `json:"nickname" doc:"Longest name of a person." eg:"32"`
	RoomName            int     `json:"roomName" doc:"Longest name of a room." eg:"64"`
	Topic               int     `json:"topic" doc:"Longest topic of a room." eg:"250"`
	Description         int     `json:"description" doc:"Longest description of a room." eg:"2000"`
	Reason              int     `json:"reason" doc:"Longest reason of a report or an act of power." eg:"500"`
	Status              int     `json:"status" doc:"Longest status of a person." eg:"100"`
	ReactionsPerMessage int     `json:"reactionsPerMessage" doc:"Different emoji on one message." eg:"50"`
	MentionsPerMessage  int     `json:"mentionsPerMessage" doc:"People one message can mention; further names are plain text." eg:"20"`
	GroupPeople         int     `json:"groupPeople" doc:"People in a group, oneself included." eg:"50"`
	RoomsPerPerson      int     `json:"roomsPerPerson" doc:"Rooms a person can be in." eg:"500"`
	Page                int     `json:"page" doc:"Most lines of one page of a list." eg:"200"`
	Resume              int     `json:"resume" doc:"Most entries per room that a resume tells one by one." eg:"1000"`
	SendRate            float64 `json:"sendRate" doc:"Messages per second and person; 0 is no limit." eg:"2"`
	SendBurst           int     `json:"sendBurst" doc:"Messages at once after a pause." eg:"20"`
}

// LimitsOf returns the limits of a server with these options.
func LimitsOf(message int, sendRate float64, sendBurst int) Limits {
	return Limits{
		Message: message, Nickname: chat.MaxNickname, RoomName: 64, Topic: 250, Description: 2000,
		Reason: 500, Status: 100, ReactionsPerMessage: 50, MentionsPerMessage: 20,
		GroupPeople: 50, RoomsPerPerson: 500, Page: MaxPage, Resume: MaxResume,
		SendRate: sendRate, SendBurst: sendBurst,
	}
}
