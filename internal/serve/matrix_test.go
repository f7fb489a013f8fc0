package serve

import (
	"net/http"
	"testing"
)

// origin is where a request comes from, according to its headers.
type origin struct {
	name, host  string
	header      http.Header
	page, other int // status of a GET of the page and of the API, if not 0
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

var origins = []origin{
	{name: "a program", host: "127.0.0.1:8080"},
	{name: "a program, by name", host: "localhost:8080"},
	{name: "a program, by name in capitals", host: "LOCALHOST:8080"},
	{name: "a program, IPv6", host: "[::1]:8080"},
	{name: "another port, as of a tunnel", host: "localhost:9000"},
	{name: "no port", host: "localhost"},
	{name: "the page", host: "localhost:8080", header: header("Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:8080")},
	{name: "the user", host: "localhost:8080", header: header("Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate")},
	{name: "the page in an old browser", host: "localhost:8080", header: header("Origin", "http://localhost:8080")},
	{name: "a link elsewhere", host: "localhost:8080", header: header("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"), other: 403},
	{name: "another site", host: "localhost:8080", header: header("Sec-Fetch-Site", "cross-site", "Origin", "http://evil.example"), page: 403, other: 403},
	{name: "another port of this machine", host: "localhost:8080", header: header("Sec-Fetch-Site", "same-site", "Origin", "http://localhost:3000"), page: 403, other: 403},
	{name: "another site in an old browser", host: "localhost:8080", header: header("Origin", "http://evil.example"), page: 403, other: 403},
	{name: "a file or a sandbox", host: "localhost:8080", header: header("Origin", "null"), page: 403, other: 403},
	{name: "a rebound name", host: "evil.example:8080", header: header("Sec-Fetch-Site", "same-origin", "Origin", "http://evil.example:8080"), page: 421, other: 421},
	{name: "a rebound name, a program", host: "evil.example", page: 421, other: 421},
	{name: "a name that ends like ours", host: "evil-localhost:8080", page: 421, other: 421},
	{name: "a name that begins like ours", host: "localhost.evil.example:8080", page: 421, other: 421},
	{name: "another address", host: "192.168.0.1:8080", page: 421, other: 421},
	{name: "the unspecified address", host: "0.0.0.0:8080", page: 421, other: 421},
}

// targets are the requests, with their status for an allowed origin.
var targets = []struct {
	method, path, kind string
	status             int
}{
	{"GET", "/", "", 200},
	{"HEAD", "/", "", 200},
	{"GET", "/v1/model", "", 200},
	{"GET", "/v1/units/0", "", 200},
	{"GET", "/metrics", "", 200},
	{"GET", "/app.js", "", 200},
	{"POST", "/v1/predict", "application/json", 200},
	{"OPTIONS", "/v1/predict", "", 405},
}

// TestOrigins requests every target from every origin.
func TestOrigins(t *testing.T) {
	s := start(t, options(t))
	combinations := 0
	for _, o := range origins {
		for _, target := range targets {
			request := s.request(t, target.method, target.path, nil)
			if target.method == "POST" {
				request = s.request(t, target.method, target.path, pixels(784, "0"))
			}
			if o.header != nil {
				request.Header = o.header.Clone()
			}
			if target.kind != "" {
				request.Header.Set("Content-Type", target.kind)
			}
			request.Host = o.host
			want := target.status
			if asPage := target.path == "/" && target.method == "GET"; asPage && o.page != 0 {
				want = o.page
			} else if !asPage && o.other != 0 {
				want = o.other
			}
			r := s.send(t, request)
			if r.StatusCode != want {
				t.Errorf("%s %s from %s: status %d, want %d", target.method, target.path, o.name, r.StatusCode, want)
			}
			checkHeaders(t, r)
			combinations++
		}
	}
	t.Logf("%d combinations", combinations)
}

// checkHeaders checks that an answer has the security headers and none of CORS.
func checkHeaders(t *testing.T, r reply) {
	t.Helper()
	for name, want := range headers {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name := range r.Header {
		if len(name) > 15 && name[:15] == "Access-Control-" {
			t.Errorf("there is %s", name)
		}
	}
}

// TestMethodsAndPaths pins the status of each method on each path.
func TestMethodsAndPaths(t *testing.T) {
	s := start(t, options(t))
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
	for path, want := range map[string][]int{
		"/":                      {200, 200, 405, 405, 405, 405, 405, 405},
		"/network.css":           {200, 200, 405, 405, 405, 405, 405, 405},
		"/style.css":             {200, 200, 405, 405, 405, 405, 405, 405},
		"/v1/predict":            {405, 405, 415, 405, 405, 405, 405, 405},
		"/v1/model":              {200, 200, 405, 405, 405, 405, 405, 405},
		"/v1/run":                {404, 404, 405, 405, 405, 405, 405, 405},
		"/v1/units/11":           {200, 200, 405, 405, 405, 405, 405, 405},
		"/v1/units/12":           {404, 404, 405, 405, 405, 405, 405, 405},
		"/v1/units/-1":           {404, 404, 405, 405, 405, 405, 405, 405},
		"/v1/units/99999999999":  {404, 404, 405, 405, 405, 405, 405, 405},
		"/healthz":               {200, 200, 405, 405, 405, 405, 405, 405},
		"/metrics":               {200, 200, 405, 405, 405, 405, 405, 405},
		"/openapi.json":          {200, 200, 405, 405, 405, 405, 405, 405},
		"/page":                  {404, 404, 404, 404, 404, 404, 404, 404},
		"/page/index.html":       {404, 404, 404, 404, 404, 404, 404, 404},
		"/index.html":            {404, 404, 404, 404, 404, 404, 404, 404},
		"/v1":                    {404, 404, 404, 404, 404, 404, 404, 404},
		"/v1/":                   {404, 404, 404, 404, 404, 404, 404, 404},
		"/v2/predict":            {404, 404, 404, 404, 404, 404, 404, 404},
		"/v1/predict/":           {404, 404, 404, 404, 404, 404, 404, 404},
		"/%2e%2e/%2e%2e/etc":     {404, 404, 404, 404, 404, 404, 404, 404},
		"/v1/units/..%2f..%2fgo": {404, 404, 405, 405, 405, 405, 405, 405},
		"/style.css%00.html":     {404, 404, 404, 404, 404, 404, 404, 404},
		"/debug/pprof/":          {404, 404, 404, 404, 404, 404, 404, 404},
	} {
		for i, method := range methods {
			r := s.send(t, s.request(t, method, path, nil))
			if r.StatusCode != want[i] {
				t.Errorf("%s %s: status %d, want %d", method, path, r.StatusCode, want[i])
			}
			if r.StatusCode == 405 && r.Header.Get("Allow") == "" {
				t.Errorf("%s %s: 405 without Allow", method, path)
			}
			if r.StatusCode >= 400 && r.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s: a problem of type %s", method, path, r.Header.Get("Content-Type"))
			}
			checkHeaders(t, r)
		}
	}
}

func TestToken(t *testing.T) {
	const token = "the token of this test"
	o := options(t)
	o.Token = token
	s := start(t, o)
	for _, test := range []struct {
		name, path, field, value string
		want                     int
	}{
		{"no token", "/", "", "", 401},
		{"no token", "/v1/model", "", "", 401},
		{"no token", "/metrics", "", "", 401},
		{"no token", "/app.js", "", "", 401},
		{"no token", "/healthz", "", "", 200},
		{"bearer", "/v1/model", "Authorization", "Bearer " + token, 200},
		{"bearer", "/", "Authorization", "Bearer " + token, 200},
		{"a wrong bearer", "/v1/model", "Authorization", "Bearer " + token + "!", 401},
		{"the start of the token", "/v1/model", "Authorization", "Bearer " + token[:10], 401},
		{"an empty bearer", "/v1/model", "Authorization", "Bearer ", 401},
		{"basic", "/v1/model", "Authorization", "Basic " + token, 401},
		{"cookie", "/v1/model", "Cookie", tokenCookie + `="` + token + `"`, 200},
		{"a wrong cookie", "/v1/model", "Cookie", tokenCookie + "=guess", 401},
		{"another cookie", "/v1/model", "Cookie", `token="` + token + `"`, 401},
		{"in the address", "/?token=the+token+of+this+test", "", "", 303},
		{"in the address of the API", "/v1/model?token=the+token+of+this+test", "", "", 401},
		{"a wrong one in the address", "/?token=guess", "", "", 401},
	} {
		request := s.request(t, http.MethodGet, test.path, nil)
		if test.field != "" {
			request.Header.Set(test.field, test.value)
		}
		r := s.send(t, request)
		if r.StatusCode != test.want {
			t.Errorf("%s, %s: status %d, want %d", test.path, test.name, r.StatusCode, test.want)
		}
	}
	login := s.get(t, "/?token=the+token+of+this+test")
	cookies := login.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || login.Header.Get("Location") != "/" {
		t.Errorf("the address with the token leads to %q with %v", login.Header.Get("Location"), cookies)
	}
}
