package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// Cookies that the page sets when somebody chooses a language or a theme. They
// are read here, so that the very first paint is right without inline script.
const (
	langCookie  = "causerie-lang"
	themeCookie = "causerie-theme"
)

// The first of each is the default.
var (
	languages = []string{"en", "zh-CN"}
	themes    = []string{"auto", "light", "dark"}
)

// rootTag is how index.html opens; the build is checked for it.
const rootTag = `<html lang="en" data-theme="auto">`

// A shell is index.html, made ready for every language and theme.
type shell struct {
	pages map[string]*asset // by language and theme
}

func newShell(index []byte) (*shell, error) {
	before, after, found := bytes.Cut(index, []byte(rootTag))
	if !found {
		return nil, errors.New("the built page does not open with " + rootTag)
	}
	s := &shell{pages: map[string]*asset{}}
	for _, lang := range languages {
		for _, theme := range themes {
			tag := `<html lang="` + lang + `" data-theme="` + theme + `">`
			page := bytes.Join([][]byte{before, []byte(tag), after}, nil)
			compressed, err := compress(page)
			if err != nil {
				return nil, err
			}
			s.pages[lang+" "+theme] = &asset{
				contentType: "text/html; charset=utf-8",
				plain:       newBody(page),
				encoded:     map[string]body{"gzip": newBody(compressed)},
			}
		}
	}
	return s, nil
}

func compress(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (s *shell) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Add("Vary", "Cookie, Accept-Language")
	s.pages[chooseLanguage(r)+" "+chooseTheme(r)].serve(w, r)
}

func chooseTheme(r *http.Request) string {
	return cookieAmong(r, themeCookie, themes, themes[0])
}

// chooseLanguage takes the choice made on the page, then the browser's.
func chooseLanguage(r *http.Request) string {
	return cookieAmong(r, langCookie, languages, acceptedLanguage(r.Header.Get("Accept-Language")))
}

func cookieAmong(r *http.Request, name string, allowed []string, otherwise string) string {
	if cookie, err := r.Cookie(name); err == nil {
		for _, value := range allowed {
			if cookie.Value == value {
				return value
			}
		}
	}
	return otherwise
}

// acceptedLanguage returns the language of ours that the header wants most.
// Any Chinese is answered with ours, the one we have; RFC 9110 §12.5.4.
func acceptedLanguage(accept string) string {
	best, bestWeight := languages[0], 0.0
	for item := range strings.SplitSeq(accept, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(item), ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			parsed, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			if err != nil {
				continue
			}
			weight = parsed
		}
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		for _, lang := range languages {
			ours, _, _ := strings.Cut(lang, "-")
			if primary == ours && weight > bestWeight {
				best, bestWeight = lang, weight
			}
		}
	}
	return best
}
