package access_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/pinion-hsm/pinion/issuer/access"
)

func ExampleGuard() {
	text := rand.Text()
	token, err := access.NewToken("dev", []byte(text), access.VerifyPIN)
	if err != nil {
		fmt.Println(err)
		return
	}
	limiter, err := access.NewLimiter(access.Limits{PerClient: access.Rate{PerSecond: 100}})
	if err != nil {
		fmt.Println(err)
		return
	}
	guard := &access.Guard{Authenticator: access.NewStatic(token), Limiter: limiter}

	hello := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println("hello", access.From(r.Context()).Name)
	})
	for _, scope := range []access.Scope{access.VerifyPIN, access.RevealPIN} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Authorization", "Bearer "+text)
		w := httptest.NewRecorder()
		guard.Require(scope)(hello).ServeHTTP(w, r)
		fmt.Printf("%d %q\n", w.Code, w.Header().Get("WWW-Authenticate"))
	}
	// Output:
	// hello dev
	// 200 ""
	// 403 "Bearer realm=\"pinion\", error=\"insufficient_scope\", scope=\"pin.reveal\""
}
