package contract

import (
	"context"
	"time"

	"github.com/causerie-chat/causerie/internal/auth"
)

// An Opening is an answer that opens a session. A door that sets a cookie
// sends WithoutToken in its place.
type Opening interface {
	// Opened returns the token and when it expires unless it is used.
	Opened() (token string, expires time.Time)
	// WantsCookie reports whether the client asked for a cookie.
	WantsCookie() bool
	// WithoutToken is the answer for a client that gets a cookie.
	WithoutToken() any
}

// Opened is the answer of acts that log somebody in.
type Opened struct {
	Me      Me     `json:"me" doc:"Who one is from now on."`
	Token   string `json:"token,omitempty" doc:"Connect with it; absent where a cookie was asked for." eg:"cs_9Jb0c1kQ2mX7"`
	Expires Millis `json:"expires,omitempty" doc:"When the login ends unless it is used before." eg:"1771676012345"`

	cookie  bool
	expires time.Time
}

// Opened implements Opening.
func (o Opened) Opened() (token string, expires time.Time) { return o.Token, o.expires }

// WantsCookie implements Opening.
func (o Opened) WantsCookie() bool { return o.cookie }

// WithoutToken implements Opening.
func (o Opened) WithoutToken() any {
	o.Token = ""
	return o
}

func (r *request) opened(ctx context.Context, i auth.Identity, token string, cookie bool, err error) (Opened, error) {
	if err != nil {
		return Opened{}, err
	}
	r.bring(ctx, i)
	me, err := r.MeOf(ctx, i)
	return Opened{Me: me, Token: token, Expires: MillisOf(i.Expires), cookie: cookie, expires: i.Expires}, err
}

func (c Caller) device(named string) string {
	if named != "" {
		return named
	}
	return c.Device
}

// login is the act of that name.
type login struct {
	Name     string `json:"name" doc:"Name or e-mail address." eg:"Ada"`
	Password string `json:"password" doc:"The password." eg:"correct horse battery"`
	Cookie   bool   `json:"cookie,omitempty" doc:"Keep the login in a cookie of the browser, out of reach of scripts."`
	Device   string `json:"device,omitempty" doc:"What the list of logins calls this one." eg:"Ada's laptop"`
}

func (in login) do(ctx context.Context, r *request) (Opened, error) {
	i, token, err := r.Accounts.Login(ctx, auth.Login{
		Name: in.Name, Password: in.Password, Device: r.device(in.Device), Address: r.Address, Known: r.KnownDevice,
	})
	return r.opened(ctx, i, token, in.Cookie, err)
}

// logout is the act of that name.
type logout struct{}

func (logout) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Accounts.Logout(ctx, r.Identity.Session)
}

// register is the act of that name.
type register struct {
	Name       string `json:"name" doc:"1 to limits.nickname characters; unique." eg:"Ada"`
	Email      string `json:"email,omitempty" doc:"For logging in; nobody else sees it." eg:"ada@example.org"`
	Password   string `json:"password" doc:"8 to 512 bytes, and none of the most common ones." eg:"correct horse battery"`
	Invitation string `json:"invitation,omitempty" doc:"The code of an invitation, where one is needed." eg:"ci_3Fh8sK1v"`
	Cookie     bool   `json:"cookie,omitempty" doc:"Keep the login in a cookie of the browser, out of reach of scripts."`
	Device     string `json:"device,omitempty" doc:"What the list of logins calls this one." eg:"Ada's laptop"`
}

func (in register) do(ctx context.Context, r *request) (Opened, error) {
	i, token, err := r.Accounts.Register(ctx, auth.Registration{
		Name: in.Name, Email: in.Email, Password: in.Password, Invitation: in.Invitation,
		Device: r.device(in.Device), Address: r.Address,
	})
	return r.opened(ctx, i, token, in.Cookie, err)
}

// guest is the act of that name.
type guest struct {
	Nickname   string `json:"nickname" doc:"1 to limits.nickname characters; unique." eg:"Grace"`
	Invitation string `json:"invitation,omitempty" doc:"The code of an invitation, where one is needed." eg:"ci_3Fh8sK1v"`
	Cookie     bool   `json:"cookie,omitempty" doc:"Keep the login in a cookie of the browser, out of reach of scripts."`
	Device     string `json:"device,omitempty" doc:"What the list of logins calls this one." eg:"Grace's phone"`
}

func (in guest) do(ctx context.Context, r *request) (Opened, error) {
	i, token, err := r.Accounts.Guest(ctx, in.Nickname, in.Invitation, r.device(in.Device), r.Address)
	return r.opened(ctx, i, token, in.Cookie, err)
}

// setup is the act of that name.
type setup struct {
	Code     string          `json:"code" doc:"What the server printed when it started." eg:"cu_5tG7hN2w"`
	Name     string          `json:"name" doc:"1 to limits.nickname characters." eg:"Ada"`
	Email    string          `json:"email,omitempty" doc:"For logging in." eg:"ada@example.org"`
	Password string          `json:"password" doc:"8 to 512 bytes, and none of the most common ones." eg:"correct horse battery"`
	Cookie   bool            `json:"cookie,omitempty" doc:"Keep the login in a cookie of the browser, out of reach of scripts."`
	Device   string          `json:"device,omitempty" doc:"What the list of logins calls this one." eg:"Ada's laptop"`
	Server   *changeSettings `json:"server,omitempty" doc:"How the house is from the start."`
}

func (in setup) do(ctx context.Context, r *request) (Opened, error) {
	var change auth.SettingsChange
	if in.Server != nil {
		change = in.Server.change()
	}
	i, token, err := r.Accounts.Setup(ctx, in.Code, auth.Registration{
		Name: in.Name, Email: in.Email, Password: in.Password, Device: r.device(in.Device), Address: r.Address,
	}, change)
	return r.opened(ctx, i, token, in.Cookie, err)
}

// upgrade is the act of that name.
type upgrade struct {
	Name     string `json:"name,omitempty" doc:"A new name; without one the guest's is kept." eg:"Grace"`
	Email    string `json:"email,omitempty" doc:"For logging in." eg:"grace@example.org"`
	Password string `json:"password" doc:"8 to 512 bytes, and none of the most common ones." eg:"correct horse battery"`
}

func (in upgrade) do(ctx context.Context, r *request) (Mine, error) {
	i, err := r.Accounts.Upgrade(ctx, *r.Identity, in.Name, in.Email, in.Password)
	if err != nil {
		return Mine{}, err
	}
	me, err := r.MeOf(ctx, i)
	return Mine{me}, err
}

// changePassword is the act password-change.
type changePassword struct {
	Old string `json:"old" doc:"The password until now." eg:"correct horse battery"`
	New string `json:"new" doc:"8 to 512 bytes, and none of the most common ones." eg:"staple correct battery"`
}

func (in changePassword) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Accounts.ChangePassword(ctx, *r.Identity, in.Old, in.New)
}

// resetPassword is the act password-reset.
type resetPassword struct {
	Code     string `json:"code" doc:"The end of the link that an administrator gave." eg:"cr_8Lp0zQ4d"`
	Password string `json:"password" doc:"8 to 512 bytes, and none of the most common ones." eg:"staple correct battery"`
}

func (in resetPassword) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Accounts.Reset(ctx, in.Code, in.Password)
}
