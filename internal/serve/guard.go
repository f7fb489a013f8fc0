package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"slices"
	"strings"
)

// tokenCookie is the cookie that holds the token in a browser.
const tokenCookie = "mnistgpu_token"

// headers are sent with every answer. The page needs nothing from other servers, so
// they forbid a browser to fetch anything from there.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
}

// guard passes on requests that come from the page itself or from a program, name a
// host name of this server, and have the token if there is one.
type guard struct {
	hosts []string
	token string
	next  http.Handler
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	switch {
	case !g.hasHost(r.Host):
		problemf(http.StatusMisdirectedRequest, "not a host name of this server").write(w)
	case isCrossSite(r):
		problemf(http.StatusForbidden, "requests from other sites are refused").write(w)
	case g.isLogin(r):
		g.setCookie(w, r)
	case !g.hasToken(r):
		w.Header().Set("WWW-Authenticate", "Bearer")
		problemf(http.StatusUnauthorized, "give the token that the server printed: in the address of the page, or as Authorization: Bearer").write(w)
	default:
		g.next.ServeHTTP(w, r)
	}
}

// hasHost reports whether host is a name of this server. A site whose own name points
// here (DNS rebinding) makes a browser send that name, and it cannot forge another.
// The port is ignored: tunnels and containers change it.
func (g *guard) hasHost(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.Trim(name, "[]")
	return slices.ContainsFunc(g.hosts, func(h string) bool { return strings.EqualFold(h, name) })
}

// isCrossSite reports whether a browser says that r comes from another site. Following a
// link to the page is allowed.
func isCrossSite(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	if r.URL.Path == "/" && r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" {
		return false
	}
	if site == "cross-site" || site == "same-site" {
		return true
	}
	origin := r.Header.Get("Origin")
	return site == "" && origin != "" && origin != "http://"+r.Host && origin != "https://"+r.Host
}

// isLogin reports whether r opens the page with the token in its address.
func (g *guard) isLogin(r *http.Request) bool {
	return g.token != "" && r.URL.Path == "/" && r.Method == http.MethodGet && g.isToken(r.URL.Query().Get("token"))
}

// setCookie moves the token from the address of the page, which is visible and stays in
// the history, to a cookie.
func (g *guard) setCookie(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{
		Name: tokenCookie, Value: g.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// hasToken reports whether r has the token, if there is one. /healthz needs none: that
// the server is up is no secret.
func (g *guard) hasToken(r *http.Request) bool {
	if g.token == "" || r.URL.Path == "/healthz" {
		return true
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return g.isToken(bearer)
	}
	cookie, err := r.Cookie(tokenCookie)
	return err == nil && g.isToken(cookie.Value)
}

// isToken reports whether token is the right one. It compares in constant time; the hash
// hides the length too.
func (g *guard) isToken(token string) bool {
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(g.token))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
